import {useState} from "preact/hooks";

import * as api from "../../api";
import {Badge, Button, Failure, Panel} from "../../components/basics";
import {Dialog} from "../../components/dialog";
import {Check, Select, TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {tell} from "../../components/toasts";
import {useDeed} from "../../lib/deed";
import {readAll} from "../../lib/pages";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import type {Option} from "../../model";

const pageSize = 1_000;

export function Configuration() {
  const isAdmin = useMay("admin");
  const {data, error, refresh} = usePoll(
    signal => readAll(cursor => api.options({cursor, limit: pageSize}, signal)),
    0,
  );
  const [text, setText] = useState("");
  const [onlySet, setOnlySet] = useState(false);
  const [edited, setEdited] = useState<Option | null>(null);
  const word = text.toLowerCase();
  const found = (data ?? []).filter(
    option =>
      (!onlySet || option.origin !== "default") &&
      (option.name.toLowerCase().includes(word) || option.description.toLowerCase().includes(word)),
  );

  const columns: Column<Option>[] = [
    {
      title: "Option",
      leads: true,
      cell: option => (
        <div class="option">
          <b class="mono breaks">{option.name}</b>
          <span class="muted">{option.description}</span>
        </div>
      ),
    },
    {title: "Value", cell: option => <span class="mono option-value">{valueText(option.value)}</span>},
    {
      title: "Origin",
      cell: option => (
        <span title={option.place}>
          <Badge tone={option.origin === "default" ? "calm" : "info"}>{option.origin}</Badge>
        </span>
      ),
    },
    {title: "Default", cell: option => <span class="mono option-value muted">{valueText(option.default)}</span>},
    {title: "A change is felt", cell: option => (option.changeable ? "at once" : "at the next start")},
    ...(isAdmin
      ? [
          {
            title: "Action",
            silent: true,
            right: true,
            cell: (option: Option) =>
              option.changeable && (
                <Button kind="quiet" label={`Change ${option.name}`} onClick={() => setEdited(option)}>
                  Change
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <Panel title="Configuration">
      <Failure text={error} />
      <div class="line line-top">
        <TextField label="Find an option" value={text} onInput={setText} className="field-wide" />
        <Check label="Only what was set" value={onlySet} onInput={setOnlySet} />
      </div>
      <Table
        label="Configuration"
        columns={columns}
        items={found}
        rowKey={option => option.name}
        empty={data ? "No option fits." : "Asking the node…"}
      />
      {edited && (
        <Edit
          option={edited}
          onClose={() => setEdited(null)}
          onDone={() => {
            setEdited(null);
            refresh();
          }}
        />
      )}
    </Panel>
  );
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.map(String).join(", ") || "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function Edit({option, onClose, onDone}: {option: Option; onClose: () => void; onDone: () => void}) {
  const [text, setText] = useState(option.value === null ? "" : valueText(option.value).replace(/^–$/, ""));
  const {failure, busy, run} = useDeed();
  const submit = (event: Event) => {
    event.preventDefault();
    void run(async () => {
      await api.setOption(option.name, valueOf(text, option));
      tell(`${option.name} is ${text || "empty"} from now on.`);
      onDone();
    });
  };
  return (
    <Dialog title={`Change ${option.name}`} onClose={onClose}>
      <form onSubmit={submit}>
        <p>{option.description}</p>
        {typeof option.value === "boolean" ? (
          <Select
            label="Value"
            value={text}
            onInput={setText}
            options={[
              ["true", "true"],
              ["false", "false"],
            ]}
          />
        ) : (
          <TextField label="Value" value={text} onInput={setText} hint={`Default: ${valueText(option.default)}`} />
        )}
        <Failure text={failure} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" type="submit" disabled={busy}>
            Change
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Of the kind that the value was before. */
function valueOf(text: string, option: Option): unknown {
  if (typeof option.value === "boolean") return text === "true";
  if (typeof option.value === "number" && text.trim() !== "" && !Number.isNaN(Number(text))) return Number(text);
  if (Array.isArray(option.value))
    return text
      .split(",")
      .map(part => part.trim())
      .filter(Boolean);
  return text;
}
