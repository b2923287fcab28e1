import {clock, dateTime, hex, visible} from "../lib/format";
import {actorPath, clientPath} from "../lib/router";
import type {Event} from "../model";
import {Badge, Link} from "./basics";
import type {Column} from "./table";
import {Table} from "./table";

const tones: Record<string, "ok" | "warn" | "bad"> = {
  client_connected: "ok",
  actor_started: "ok",
  actor_restarted: "warn",
  alarm_off: "ok",
  client_taken_over: "warn",
  client_kicked: "warn",
  client_refused: "bad",
  actor_failed: "bad",
  alarm_on: "bad",
};

const ofOne: Column<Event>[] = [
  {title: "Time", cell: event => <time title={dateTime(event.at)}>{clock(event.at, true)}</time>},
  {
    title: "Event",
    cell: event => <Badge tone={tones[event.kind] ?? "calm"}>{event.kind.replaceAll("_", " ")}</Badge>,
  },
  {title: "What happened", cell: event => <span class="wraps">{visible(event.text ?? "")}</span>},
  {title: "Address", cell: event => event.address ?? ""},
  {title: "Codes", cell: codes},
  {title: "By", cell: event => event.by ?? ""},
];

function codes(event: Event): string {
  const reason = event.reason_code === undefined ? "" : hex(event.reason_code);
  const close = event.close_code === undefined ? "" : `close ${event.close_code}`;
  return [reason, close].filter(Boolean).join(", ");
}

/** With whom it happened to. */
export const eventColumns: Column<Event>[] = [...ofOne.slice(0, 2), {title: "Who", cell: who}, ...ofOne.slice(2)];

function who(event: Event) {
  if (event.client !== undefined) return <Link to={clientPath(event.client)}>{visible(event.client)}</Link>;
  return event.actor ? <Link to={actorPath(event.actor)}>{visible(event.actor)}</Link> : "";
}

export function EventList({
  events,
  label = "Events",
  columns = ofOne,
}: {
  events: readonly Event[];
  label?: string;
  columns?: Column<Event>[];
}) {
  return (
    <Table label={label} columns={columns} items={events} rowKey={event => event.id} empty="Nothing is remembered." />
  );
}
