import {useState} from "preact/hooks";

import {Choice, PageHead} from "../../components/basics";
import {bytes, bytesRate, count, dateTime, microseconds, rate} from "../../lib/format";
import {nodeState} from "../../lib/node";
import {useStore} from "../../lib/store";
import type {Node} from "../../model";
import {Alarms} from "./alarms";
import {Charts} from "./charts";
import {Latest} from "./latest";
import {Ledger} from "./ledger";
import {Loops} from "./loops";
import type {Range} from "./ranges";
import {ranges} from "./ranges";

export function Overview() {
  const node = useStore(nodeState);
  const [range, setRange] = useState<Range>("live");
  return (
    <div class="page">
      <PageHead title="Overview" note={node && `since ${dateTime(node.started_at)}`}>
        <Choice label="Time shown" options={ranges} value={range} onChoose={setRange} />
      </PageHead>
      {node && <Figures node={node} />}
      <Charts range={range} />
      <div class="columns">
        <div class="stack">
          <Loops loops={node?.loops ?? []} />
          <Alarms />
        </div>
        <Ledger />
      </div>
      <Latest />
    </div>
  );
}

function Figures({node}: {node: Node}) {
  const {rates, latency_us: latency} = node;
  return (
    <div class="figures" role="group" aria-label="Now">
      <Figure
        name="Connections"
        value={count(node.connections)}
        note={`${count(node.sessions)} sessions, ${rate(rates.connects)} in, ${rate(rates.disconnects)} out`}
      />
      <Figure name="Messages in" value={rate(rates.received)} note={bytesRate(rates.bytes_received)} />
      <Figure name="Messages out" value={rate(rates.sent)} note={bytesRate(rates.bytes_sent)} />
      <Figure
        name="Latency p99"
        value={microseconds(latency?.p99)}
        note={`p50 ${microseconds(latency?.p50)}, p95 ${microseconds(latency?.p95)}`}
      />
      <Figure name="Memory" value={bytes(node.memory_bytes)} note={memoryNote(node)} />
    </div>
  );
}

/** What one connection costs says something only where there are many. */
function memoryNote({memory_bytes: memory, connections}: Node): string {
  return connections >= 1_000 ? `${bytes(memory / connections)} a connection` : "of the whole process";
}

function Figure({name, value, note}: {name: string; value: string; note: string}) {
  return (
    <div class="figure">
      <span class="figure-name">{name}</span>
      <span class="figure-value">{value}</span>
      <span class="figure-note muted">{note}</span>
    </div>
  );
}
