/** Of a session that sleeps in the store only some of it is known. */
export interface Client {
  id: string;
  asleep?: boolean;
  user?: string | null;
  address?: string | null;
  listener?: string | null;
  transport?: string | null;
  protocol?: string | null;
  connected: boolean;
  connected_at?: number | null;
  disconnected_at?: number | null;
  keep_alive_seconds?: number;
  session_expiry_seconds?: number | null;
  subscriptions?: number;
  queued: number;
  in_flight?: number;
  messages_received?: number;
  messages_sent?: number;
  bytes_received?: number;
  bytes_sent?: number;
  loop: number | null;
  actor: string | null;
}

export interface ClientDetail extends Client {
  memory: Record<string, number>;
  subscription_list: Subscription[];
  in_flight_list: {packet_id: number; topic: string | null; qos: number; state: string}[];
  queue_bytes: number;
  waiting_bytes: number;
  will: Record<string, unknown> | null;
  restarts: number;
}

export interface ClientFilter {
  id_prefix?: string;
  user?: string;
  address?: string;
  listener?: string;
  protocol?: string;
  connected?: string;
}

export interface Event {
  id: number | string;
  at: number;
  kind: string;
  client?: string;
  actor?: string;
  address?: string;
  listener?: string;
  text?: string;
  reason_code?: number;
  close_code?: number;
  by?: string;
}

export interface Autopsy {
  client: string;
  connected: boolean;
  sentences: string[];
  events: Event[];
}

export interface Subscription {
  client: string;
  filter: string;
  qos: number;
  no_local: boolean;
  retain_as_published: boolean;
  retain_handling: number;
  identifier: number | null;
  group: string | null;
}
