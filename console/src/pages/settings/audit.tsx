import * as api from "../../api";
import {Badge, Button} from "../../components/basics";
import type {Column} from "../../components/table";
import {VirtualTable} from "../../components/virtual_table";
import {dateTime, visible} from "../../lib/format";
import {usePages} from "../../lib/pages";
import type {AuditEntry} from "../../model";

const pageSize = 200;
const good = /^(ok|done|success)/i;

const columns: Column<AuditEntry>[] = [
  {title: "Time", width: 11, cell: entry => dateTime(entry.at)},
  {title: "Who", width: 7, grow: 1, cell: entry => visible(entry.who)},
  {title: "From", width: 9, cell: entry => visible(entry.address)},
  {title: "Action", width: 12, grow: 1, cell: entry => visible(entry.action.replaceAll("_", " "))},
  {
    title: "Target",
    width: 11,
    grow: 2,
    cell: entry => <span title={visible(entry.target)}>{visible(entry.target)}</span>,
  },
  {
    title: "Outcome",
    width: 11.5,
    cell: entry => <Badge tone={good.test(entry.outcome) ? "ok" : "warn"}>{visible(entry.outcome)}</Badge>,
  },
];

/** Everything that changed something, newest first. */
export function Audit() {
  const pages = usePages<AuditEntry>((cursor, signal) => api.audit({cursor, limit: pageSize}, signal));
  return (
    <>
      <div class="actions">
        <Button onClick={pages.reload}>Refresh</Button>
      </div>
      <VirtualTable
        label="Audit log"
        columns={columns}
        pages={pages}
        empty="Nothing was changed."
        rowKey={entry => String(entry.id ?? JSON.stringify(entry))}
      />
    </>
  );
}
