import {useRef, useState} from "preact/hooks";

import * as api from "../../api";
import {Badge, Button, Failure, PageHead, Panel} from "../../components/basics";
import {NumberField, Select, TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {act, tell} from "../../components/toasts";
import {errorText} from "../../http";
import {count, dateTime, visible} from "../../lib/format";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import {setQuery, usePlace} from "../../lib/router";
import type {Trace} from "../../model";
import {Lines} from "./lines";

const everyMilliseconds = 2_000;
const runs = (trace: Trace) => trace.running !== false;

export function Traces() {
  const mayOperate = useMay("operator");
  const chosen = usePlace().query.get("trace") ?? "";
  const {data, error, refresh} = usePoll(api.traces, everyMilliseconds);
  const traces = data?.items ?? [];
  const known = traces.find(trace => String(trace.id) === chosen);
  const last = useRef<Trace | undefined>(undefined);
  if (known) last.current = known;
  const shown = String(last.current?.id) === chosen ? last.current : undefined;

  const show = (trace: Trace) => setQuery({trace: String(trace.id), kind: "", value: ""}, false);
  const stop = async (trace: Trace) => {
    if (await act(api.stopTrace(trace.id), runs(trace) ? "Trace stopped." : "Trace forgotten.")) refresh();
  };
  const columns: Column<Trace>[] = [
    {title: "Of", cell: trace => <Badge tone="info">{trace.kind}</Badge>},
    {title: "Value", cell: trace => <span class="mono">{visible(trace.value)}</span>},
    {
      title: "State",
      cell: trace => (runs(trace) ? <Badge tone="ok">running</Badge> : <Badge tone="calm">ended</Badge>),
    },
    {title: "Until", cell: trace => dateTime(trace.until)},
    {title: "By", cell: trace => visible(trace.by ?? "")},
    {title: "Lines", right: true, cell: trace => count(trace.lines)},
    {
      title: "Actions",
      silent: true,
      right: true,
      cell: trace => (
        <>
          <Button kind="quiet" label={`Show ${trace.value}`} onClick={() => show(trace)}>
            Show
          </Button>
          {mayOperate && (
            <Button
              kind="quiet"
              label={`${runs(trace) ? "Stop" : "Forget"} ${trace.value}`}
              onClick={() => void stop(trace)}
            >
              {runs(trace) ? "Stop" : "Forget"}
            </Button>
          )}
        </>
      ),
    },
  ];
  return (
    <div class="page">
      <PageHead title="Traces" note="Every packet to and from some clients, as long as one asks for it" />
      {mayOperate && (
        <Start
          onStarted={started => {
            refresh();
            if (started?.id !== undefined) show(started);
          }}
        />
      )}
      <Failure text={error} />
      <Panel title="Running and ended">
        <Table
          label="Traces"
          columns={columns}
          items={traces}
          rowKey={trace => trace.id}
          empty={data ? "Nothing is traced." : "Asking the node…"}
        />
      </Panel>
      {shown && <Lines key={shown.id} trace={shown} running={!!known && runs(known)} known={!!known} />}
    </div>
  );
}

const hints: Record<string, string> = {
  client: "A client id",
  topic: "A topic filter, such as plant/+/state",
  address: "An address, such as 192.0.2.7",
};

/** What is to be traced may stand in the address of the page: other pages lead here with it. */
function Start({onStarted}: {onStarted: (started: Trace | undefined) => void}) {
  const {query} = usePlace();
  const [kind, setKind] = useState(query.get("kind") ?? "client");
  const [value, setValue] = useState(query.get("value") ?? "");
  const [minutes, setMinutes] = useState(10);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const started = await api.startTrace({kind, value, seconds: minutes * 60});
      tell("Trace started.");
      setValue("");
      onStarted(started);
    } catch (error) {
      tell(errorText(error), true);
    }
  };
  return (
    <Panel title="Start a trace">
      <form class="line line-top" aria-label="Start a trace" onSubmit={submit}>
        <Select
          label="Trace by"
          value={kind}
          onInput={setKind}
          options={[
            ["client", "client"],
            ["topic", "topic"],
            ["address", "address"],
          ]}
        />
        <TextField
          label="Value"
          value={value}
          onInput={setValue}
          required
          placeholder={hints[kind]}
          className="field-wide"
        />
        <NumberField label="Minutes" value={minutes} onInput={setMinutes} min={1} max={1440} className="field-short" />
        <Button kind="main" type="submit">
          Start
        </Button>
      </form>
    </Panel>
  );
}
