import type {Client} from "../model";
import {Badge} from "./basics";

export function ClientState({client}: {client: Client}) {
  if (client.connected) return <Badge tone="ok">connected</Badge>;
  return client.asleep ? <Badge tone="calm">asleep</Badge> : <Badge tone="warn">disconnected</Badge>;
}
