import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button, Failure, Panel} from "../../components/basics";
import {ask, Dialog} from "../../components/dialog";
import {NumberField, Select, TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {act, tell} from "../../components/toasts";
import {useDeed} from "../../lib/deed";
import {ago, dateTime} from "../../lib/format";
import {readAll} from "../../lib/pages";
import {usePoll} from "../../lib/poll";
import type {ApiKey} from "../../model";
import {roles} from "./users";

export function ApiKeys() {
  const {data, error, refresh} = usePoll(signal => readAll(cursor => api.apiKeys({cursor}, signal)), 0);
  const [adding, setAdding] = useState(false);

  const remove = async (key: ApiKey) => {
    const yes = await ask({
      title: `Remove the key ${key.name}?`,
      action: "Remove",
      danger: true,
      text: "Programs that use it are refused from now on.",
    });
    if (yes && (await act(api.removeApiKey(key.name), `${key.name} removed.`))) refresh();
  };
  const columns: Column<ApiKey>[] = [
    {title: "Name", leads: true, cell: key => <b>{key.name}</b>},
    {title: "Role", cell: key => key.role},
    {title: "Made", cell: key => dateTime(key.created)},
    {title: "Expires", cell: key => (key.expires ? dateTime(key.expires) : "never")},
    {title: "Last used", cell: key => (key.last_used ? ago(key.last_used) : "never")},
    {
      title: "Action",
      silent: true,
      right: true,
      cell: key => (
        <Button kind="quiet" label={`Remove ${key.name}`} onClick={() => void remove(key)}>
          Remove
        </Button>
      ),
    },
  ];
  return (
    <Panel title="API keys" actions={<Button onClick={() => setAdding(true)}>Add a key</Button>}>
      <Failure text={error} />
      <Table
        label="API keys"
        columns={columns}
        items={data ?? []}
        rowKey={key => key.name}
        empty={data ? "There are none." : "Asking the node…"}
      />
      {adding && (
        <Add
          onClose={() => {
            setAdding(false);
            refresh();
          }}
        />
      )}
    </Panel>
  );
}

/** Makes a key and shows it, this once. */
function Add({onClose}: {onClose: () => void}) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("viewer");
  const [days, setDays] = useState(365);
  const [key, setKey] = useState("");
  const {failure, busy, run} = useDeed();
  const submit = (event: Event) => {
    event.preventDefault();
    void run(async () => setKey((await api.addApiKey({name, role, days})).key));
  };
  if (key) {
    return (
      <Dialog title="The new key" onClose={onClose}>
        <p>It is shown only now; the node keeps nothing that it could be read from.</p>
        <pre class="payload" aria-label="API key" tabIndex={0}>
          {key}
        </pre>
        <div class="dialog-actions">
          <Button onClick={() => void copy(key)}>Copy</Button>
          <Button kind="main" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Add a key" onClose={onClose}>
      <form onSubmit={submit}>
        <TextField label="Name" value={name} onInput={setName} required max={256} />
        <Select label="Role" value={role} onInput={setRole} options={roles} />
        <NumberField label="Days" value={days} onInput={setDays} min={1} max={3650} hint="How long it is valid." />
        <Failure text={failure} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" type="submit" disabled={busy}>
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Browsers allow it only where the page came over TLS or from this machine. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied.");
  } catch {
    tell("The browser does not allow it: mark the key and copy it by hand.", true);
  }
}
