import type {Page} from "./page";

export interface Topic {
  name: string;
  topic: string;
  subscriptions: number;
  retained: boolean | number;
  children: boolean;
  /** Messages a second; null until somebody has looked for a while. */
  rate?: number | null;
}

export interface Retained {
  topic: string;
  bytes: number;
  qos: number;
  expires_at: number | null;
  /** Null: it comes from the store, which does not tell. */
  since?: number | null;
}

export interface RetainedMessage extends Retained {
  payload: string;
  payload_is_cut?: boolean;
  content_type?: string | null;
  response_topic?: string | null;
  correlation_data?: string | null;
  user_properties?: {name: string; value: string}[];
}

export interface Publish {
  topic: string;
  payload: string;
  encoding: "text" | "base64";
  qos: number;
  retain: boolean;
  follow: boolean;
  /** Of whom to explain why it did not get it. */
  client?: string;
}

export interface Published {
  receivers: number;
  way?: {step: string; actor: string | null; at_us: number; text: string}[];
  targets?: {client: string; outcome: string; text: string}[];
  /** How many receivers are not in `targets`. */
  targets_left_out?: number;
  /** False: some receivers had not got it when the node answered. */
  settled?: boolean;
  why?: {client: string; text: string};
}

export interface Trace {
  id: number | string;
  kind: "client" | "topic" | "address";
  value: string;
  until: number | null;
  lines: number;
  /** False: it has ended, and its lines are kept for some minutes. */
  running?: boolean;
  by?: string;
  /** Lines that had to make room. */
  lost?: number;
}

/** `end` is the cursor of a reader that has everything. */
export interface TraceLines extends Page<TraceLine> {
  end: string;
}

export interface TraceLine {
  at: number;
  client: string;
  address?: string;
  /** From the client, to it, or its link opens or closes. */
  direction: "in" | "out" | "link";
  text: string;
}
