import type {ComponentChildren} from "preact";

import {bytes, count, milliseconds, percent, rate} from "../../lib/format";
import type {Branch} from "./tree";

export interface ActorColumn {
  title: string;
  /** A field of the API's actor; a rate is the difference of two readings, and sorted by what was handled in all. */
  sort: string;
  width: number;
  cell: (branch: Branch) => ComponentChildren;
}

const hot = (text: string, is: boolean) => (is ? <b class="hot">{text}</b> : text);

/** What is beside the name. */
export const columns: ActorColumn[] = [
  {
    title: "Mailbox",
    sort: "mailbox_depth",
    width: 4.25,
    cell: ({actor}) => hot(count(actor.mailbox_depth), (actor.mailbox_depth ?? 0) >= 100),
  },
  {title: "Rate", sort: "messages_handled", width: 4.25, cell: branch => rate(branch.rate)},
  {
    title: "CPU",
    sort: "cpu_share",
    width: 4,
    cell: ({actor}) => hot(percent(actor.cpu_share), (actor.cpu_share ?? 0) > 0.8),
  },
  {
    title: "Restarts",
    sort: "restarts",
    width: 4.5,
    cell: ({actor}) => hot(count(actor.restarts), actor.restarts > 0),
  },
  {title: "Memory", sort: "memory_bytes", width: 5, cell: ({actor}) => bytes(actor.memory_bytes)},
  {
    title: "Oldest",
    sort: "oldest_message_age_ms",
    width: 4.75,
    cell: ({actor}) => hot(milliseconds(actor.oldest_message_age_ms), (actor.oldest_message_age_ms ?? 0) >= 1000),
  },
];

export const sortOptions: [string, string][] = [
  ["", "as the whole tree"],
  ["name", "name"],
  ...columns.flatMap(({title, sort}): [string, string][] => [
    ["-" + sort, `${title}, most first`],
    [sort, `${title}, least first`],
  ]),
];
