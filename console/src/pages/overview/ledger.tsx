import * as api from "../../api";
import {Failure, Panel} from "../../components/basics";
import {count, label, percent} from "../../lib/format";
import {usePoll} from "../../lib/poll";
import type {Drops} from "../../model";

const everyMilliseconds = 5_000; // the node looks at every session for it

/** Where every message is that was published: nothing is lost without a reason. */
export function Ledger() {
  const {data, error} = usePoll(api.drops, everyMilliseconds);
  return (
    <Panel title="Drop ledger">
      <Failure text={error} />
      {data && <Account drops={data} />}
    </Panel>
  );
}

function Account({drops}: {drops: Drops}) {
  const reasons = Object.entries(drops.dropped)
    .filter(([, number]) => number > 0)
    .sort(([, a], [, b]) => b - a);
  const dropped = reasons.reduce((sum, [, number]) => sum + number, 0);
  const open = drops.published - drops.delivered - drops.queued - dropped;
  const rows: [string, number, string][] = [
    ["Delivered", drops.delivered, "ok"],
    ["Queued", drops.queued, "info"],
    ["Dropped", dropped, "bad"],
  ];
  return (
    <>
      <div class="stacked" aria-hidden="true">
        {rows.map(([name, number, tone]) => (
          <span key={name} class={`fill-${tone}`} style={{flexGrow: number}} />
        ))}
      </div>
      <table class="ledger" aria-label="Drop ledger">
        <tbody>
          <Row name="Published" number={drops.published} whole={drops.published} strong />
          {rows.map(([name, number, tone]) => (
            <Row key={name} name={name} number={number} whole={drops.published} tone={tone} />
          ))}
          {reasons.map(([reason, number]) => (
            <Row key={reason} name={label(reason)} number={number} whole={drops.published} inner />
          ))}
        </tbody>
      </table>
      <p class="muted small">{balance(open)}</p>
    </>
  );
}

function balance(open: number): string {
  if (open === 0) return "Every message is accounted for.";
  if (open > 0) return `${count(open)} were on their way while this was counted.`;
  return `${count(-open)} more than were published: each receiver of a message counts.`;
}

function Row({
  name,
  number,
  whole,
  tone,
  strong,
  inner,
}: {
  name: string;
  number: number;
  whole: number;
  tone?: string;
  strong?: boolean;
  inner?: boolean;
}) {
  return (
    <tr class={strong ? "strong" : inner ? "inner" : ""}>
      <th scope="row">
        {tone && <i class={`swatch fill-${tone}`} aria-hidden="true" />}
        {name}
      </th>
      <td class="right">{count(number)}</td>
      <td class="right muted">{strong || !whole ? "" : percent(number / whole)}</td>
    </tr>
  );
}
