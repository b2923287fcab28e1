import type {ComponentChildren} from "preact";

import {Facts, Meter, Panel} from "../../components/basics";
import {ago, bytes, count, dateTime, expiry, label, plain, several} from "../../lib/format";
import type {ClientDetail} from "../../model";

export function ConnectionPanel({client}: {client: ClientDetail}) {
  return (
    <Panel title="Connection">
      <Facts
        rows={[
          ["User", plain(client.user)],
          ["Address", plain(client.address)],
          ["Listener", plain(client.listener)],
          ["Protocol", `MQTT ${plain(client.protocol)}, ${plain(client.transport)}`],
          ["Connected", <time title={dateTime(client.connected_at)}>{ago(client.connected_at)}</time>],
          ...(client.connected
            ? []
            : ([
                ["Disconnected", <time title={dateTime(client.disconnected_at)}>{ago(client.disconnected_at)}</time>],
              ] as [string, ComponentChildren][])),
          ["Keep alive", client.keep_alive_seconds ? `${count(client.keep_alive_seconds)} s` : "none"],
          ["Received", `${several(client.messages_received, "message")}, ${bytes(client.bytes_received)}`],
          ["Sent", `${several(client.messages_sent, "message")}, ${bytes(client.bytes_sent)}`],
          ["Waiting output", bytes(client.waiting_bytes)],
        ]}
      />
    </Panel>
  );
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
