export interface Topic {
  name: string;
  topic: string;
  subscriptions: number;
  retained: boolean | number;
  children: boolean;
  /** Messages published to it since somebody counts, and a second; not there where nobody does. */
  messages?: number | null;
  rate?: number | null;
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
