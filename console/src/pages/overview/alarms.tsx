import * as api from "../../api";
import {Badge, Empty, Failure, Panel} from "../../components/basics";
import {ago, dateTime} from "../../lib/format";
import {usePoll} from "../../lib/poll";

const everyMilliseconds = 3_000;

export function Alarms() {
  const {data, error} = usePoll(api.alarms, everyMilliseconds);
  const sorted = [...(data?.items ?? [])].sort(
    (a, b) => Number(b.active) - Number(a.active) || (b.since ?? 0) - (a.since ?? 0),
  );
  return (
    <Panel title="Alarms">
      <Failure text={error} />
      {data && !sorted.length && <Empty>No alarms.</Empty>}
      <ul class="alarms">
        {sorted.map(alarm => (
          <li key={alarm.name}>
            {alarm.active ? <Badge tone="bad">active</Badge> : <Badge tone="calm">over</Badge>}
            <span>
              <b>{alarm.name}</b> {alarm.text}
            </span>
            <time class="muted" title={dateTime(alarm.since)}>
              {ago(alarm.since)}
            </time>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
