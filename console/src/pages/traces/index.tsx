import {useState} from "preact/hooks";

import * as api from "../../api";
import {Badge, Button, Failure, PageHead, Panel} from "../../components/basics";
import {NumberField, Select, TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {act} from "../../components/toasts";
import {count, dateTime, visible} from "../../lib/format";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import {setQuery, usePlace} from "../../lib/router";
import type {Trace} from "../../model";
import {Lines} from "./lines";

const everyMilliseconds = 2_000;

export function Traces() {
  const mayOperate = useMay("operator");
  const chosen = usePlace().query.get("trace") ?? "";
  const {data, error, refresh} = usePoll(api.traces, everyMilliseconds);
  const traces = data?.items ?? [];
  const shown = traces.find(trace => String(trace.id) === chosen);

  const stop = async (trace: Trace) => {
    if (await act(api.stopTrace(trace.id), "Trace stopped.")) refresh();
  };
  const columns: Column<Trace>[] = [
    {title: "Of", cell: trace => <Badge tone="info">{trace.kind}</Badge>},
    {title: "Value", cell: trace => <span class="mono">{visible(trace.value)}</span>},
    {title: "Until", cell: trace => (trace.until === null ? "stopped" : dateTime(trace.until))},
    {title: "Lines", right: true, cell: trace => count(trace.lines)},
    {
      title: "Actions",
      silent: true,
      cell: trace => (
        <>
          <Button kind="quiet" label={`Show ${trace.value}`} onClick={() => setQuery({trace: String(trace.id)}, false)}>
            Show
          </Button>
          {mayOperate && (
            <Button kind="quiet" label={`Stop ${trace.value}`} onClick={() => void stop(trace)}>
              Stop
            </Button>
          )}
        </>
      ),
    },
  ];
  return (
    <div class="page">
      <PageHead title="Traces" note="What is said to and by some clients, packet by packet" />
      {mayOperate && <Start refresh={refresh} />}
      <Failure text={error} />
      <Panel title="Running">
        <Table
          label="Traces"
          columns={columns}
          items={traces}
          rowKey={trace => trace.id}
          empty={data ? "Nothing is traced." : "Asking the node…"}
        />
      </Panel>
      {shown && <Lines key={shown.id} trace={shown} />}
    </div>
  );
}

const hints: Record<string, string> = {
  client: "A client id",
  topic: "A topic filter, such as plant/+/state",
  address: "An address, such as 192.0.2.7",
};

function Start({refresh}: {refresh: () => void}) {
  const [kind, setKind] = useState("client");
  const [value, setValue] = useState("");
  const [minutes, setMinutes] = useState(10);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!(await act(api.startTrace({kind, value, seconds: minutes * 60}), "Trace started."))) return;
    setValue("");
    refresh();
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
        <NumberField label="Minutes" value={minutes} onInput={setMinutes} min={1} max={1440} />
        <Button kind="main" type="submit">
          Start
        </Button>
      </form>
    </Panel>
  );
}
