import {Meter, Panel} from "../../components/basics";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {count, microseconds, percent} from "../../lib/format";
import type {Loop} from "../../model";

const columns: Column<Loop>[] = [
  {title: "Loop", cell: loop => loop.index},
  {
    title: "CPU",
    cell: loop => (
      <span class="metered">
        <Meter share={loop.busy_share} label={`CPU of loop ${loop.index}`} tone={tone(loop.busy_share)} />
        {percent(loop.busy_share)}
      </span>
    ),
  },
  {title: "Longest turn", right: true, cell: loop => microseconds(loop.longest_turn_us)},
  {title: "Links", right: true, cell: loop => count(loop.links)},
  {title: "Sessions", right: true, cell: loop => count(loop.sessions)},
];

const tone = (share: number) => (share > 0.9 ? "bad" : share > 0.7 ? "warn" : "ok");

export function Loops({loops}: {loops: Loop[]}) {
  return (
    <Panel title="Loops">
      <Table label="Loops" columns={columns} items={loops} rowKey={loop => loop.index} empty="Waiting for the node…" />
    </Panel>
  );
}
