import type {ComponentChildren} from "preact";

import {Facts, Meter, Panel} from "../../components/basics";
import {ago, bytes, count, dateTime, expiry, label, plain, several} from "../../lib/format";
import type {ClientDetail} from "../../model";

type Rows = [string, ComponentChildren][];

/** Of one that is away only what is still known: its connection is history, and the events tell it. */
export function ConnectionPanel({client}: {client: ClientDetail}) {
  const traffic: Rows = [
    ["Received", `${several(client.messages_received, "message")}, ${bytes(client.bytes_received)}`],
    ["Sent", `${several(client.messages_sent, "message")}, ${bytes(client.bytes_sent)}`],
  ];
  const here: Rows = [
    ["User", plain(client.user)],
    ["Address", plain(client.address)],
    ["Listener", plain(client.listener)],
    ["Protocol", `MQTT ${plain(client.protocol)}, ${plain(client.transport)}`],
    ["Connected", <Since at={client.connected_at} />],
    ["Keep alive", client.keep_alive_seconds ? `${count(client.keep_alive_seconds)} s` : "none"],
    ...traffic,
    ["Waiting output", bytes(client.waiting_bytes)],
  ];
  const away: Rows = [
    ...(client.user ? ([["User", plain(client.user)]] as Rows) : []),
    ["Protocol", `MQTT ${plain(client.protocol)}`],
    ["Disconnected", <Since at={client.disconnected_at} />],
    ...traffic,
  ];
  return (
    <Panel title={client.connected ? "Connection" : "Its last connection"}>
      <Facts rows={client.connected ? here : away} />
    </Panel>
  );
}

function Since({at}: {at: number | null | undefined}) {
  return <time title={dateTime(at)}>{ago(at)}</time>;
}

export function SessionPanel({client}: {client: ClientDetail}) {
  return (
    <Panel title="Session">
      <Facts
        rows={[
          ["Expires", expiry(client.session_expiry_seconds)],
          ["Subscriptions", count(client.subscriptions)],
          ["Queued", `${several(client.queued, "message")}, ${bytes(client.queue_bytes)}`],
          ["In flight", several(client.in_flight, "message")],
          ["Loop", plain(client.loop)],
          ["Restarts", count(client.restarts)],
          ["Will", client.will ? <Will will={client.will} /> : "none"],
        ]}
      />
    </Panel>
  );
}

function Will({will}: {will: Record<string, unknown>}) {
  return (
    <>
      {Object.entries(will).map(([name, value]) => (
        <div key={name}>
          {label(name)}: {plain(value)}
        </div>
      ))}
    </>
  );
}

/** What the memory of a client is spent on, the largest part first. */
export function MemoryPanel({client}: {client: ClientDetail}) {
  const {total, ...parts} = client.memory;
  const whole = total ?? 0;
  const sorted = Object.entries(parts).sort(([, a], [, b]) => b - a);
  return (
    <Panel title="Memory">
      <table class="ledger" aria-label="Memory">
        <tbody>
          <tr class="strong">
            <th scope="row">Total</th>
            <td class="right">{bytes(whole)}</td>
            <td />
          </tr>
          {sorted.map(([name, size]) => (
            <tr key={name}>
              <th scope="row">{label(name)}</th>
              <td class="right">{bytes(size)}</td>
              <td>
                <Meter share={whole ? size / whole : 0} label={`Share of ${label(name).toLowerCase()}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
