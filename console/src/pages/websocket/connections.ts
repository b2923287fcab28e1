import {Store} from "../../lib/store";
import type {Target} from "./connection";
import {Connection} from "./connection";

export const connectionsMax = 12;

/** They stay open while one looks at other pages. */
export const connections = new Store<readonly Connection[]>([]);

let last = 0;

export function open(target: Target): void {
  if (connections.value.length >= connectionsMax) throw new Error(`No more than ${connectionsMax} at once.`);
  const connection = new Connection(++last, target);
  connections.set([...connections.value, connection]);
  void connection.open();
}

export function remove(connection: Connection): void {
  connection.dispose();
  connections.set(connections.value.filter(other => other !== connection));
}
