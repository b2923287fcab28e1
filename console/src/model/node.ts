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
  /** Where exactly: a file and its line, the name of a variable. */
  place?: string;
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

export interface Alarm {
  name: string;
  text: string;
  since: number | null;
  active: boolean;
}

export interface Drops {
  published: number;
  delivered: number;
  queued: number;
  dropped: Record<string, number>;
}
