import type {Page} from "./page";

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
