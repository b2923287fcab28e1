// What the API answers, in its own words: times are milliseconds since 1970, sizes bytes.

export type Role = "viewer" | "operator" | "admin";

export interface Session {
  user: string;
  role: Role;
  csrf: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Loop {
  index: number;
  busy_share: number;
  longest_turn_us?: number;
  links: number;
  sessions: number;
}

export interface Node {
  name: string;
  version: string;
  started_at: number;
  uptime_seconds: number;
  memory_bytes: number;
  connections: number;
  sessions: number;
  loops: Loop[];
  rates: {
    received: number;
    sent: number;
    bytes_received: number;
    bytes_sent: number;
    connects: number;
    disconnects: number;
  };
  latency_us: {p50: number; p95: number; p99: number} | null;
  store?: Record<string, unknown>;
  alarms: number;
  fault_injection: boolean;
}

export type ActorState = "running" | "restarting" | "stopped" | "asleep";

export interface Actor {
  path: string;
  name: string;
  class: string;
  state: ActorState;
  loop: number | null;
  mailbox_depth: number | null;
  oldest_message_age_ms: number | null;
  messages_handled: number | null;
  /** Messages a second, where the node tells it. */
  rate?: number | null;
  cpu_share: number | null;
  restarts: number;
  last_error: {text: string; at: number} | null;
  memory_bytes: number | null;
  children: number;
}

export type Link = Record<string, unknown>;

export interface ActorDetail extends Actor {
  restart_history: {at: number; cause: string}[];
  link: Link | null;
  neighbours: string[];
  client: string | null;
}

export interface ActorLevel extends Page<Actor> {
  actor: Actor;
}

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

export interface Topic {
  name: string;
  topic: string;
  subscriptions: number;
  retained: boolean | number;
  children: boolean;
}

export interface Retained {
  topic: string;
  bytes: number;
  qos: number;
  expires_at: number | null;
}

export interface RetainedMessage extends Retained {
  payload: string;
}

export interface Publish {
  topic: string;
  payload: string;
  encoding: "text" | "base64";
  qos: number;
  retain: boolean;
  follow: boolean;
}

export interface Published {
  receivers: number;
  way?: {step: string; actor: string | null; at_us: number; text: string}[];
  targets?: {client: string; outcome: string; text: string}[];
}

export interface History {
  step_seconds: number;
  from: number;
  series: Record<string, (number | null)[]>;
}

export interface Listener {
  name: string;
  type: string;
  bind: string;
  enabled: boolean;
  connections: number;
  accepted: number;
  refused: number;
  paths?: string[];
}

export interface Option {
  name: string;
  value: unknown;
  default: unknown;
  origin: string;
  changeable: boolean;
  description: string;
}

export interface Ban {
  id: number | string;
  kind: "client" | "user" | "address";
  value: string;
  reason: string | null;
  until: number | null;
  by: string;
  at: number;
}

export interface Trace {
  id: number | string;
  kind: "client" | "topic" | "address";
  value: string;
  until: number | null;
  lines: number;
}

export interface TraceLine {
  at: number;
  client: string;
  direction: string;
  text: string;
}

export interface Alarm {
  name: string;
  text: string;
  since: number | null;
  active: boolean;
}

export interface User {
  name: string;
  role: Role;
  last_login: number | null;
}

export interface ApiKey {
  name: string;
  role: Role;
  created: number;
  expires: number | null;
  last_used: number | null;
}

export interface AuditEntry {
  id?: number;
  at: number;
  who: string;
  address: string;
  action: string;
  target: string;
  outcome: string;
}

export interface Drops {
  published: number;
  delivered: number;
  queued: number;
  dropped: Record<string, number>;
}
