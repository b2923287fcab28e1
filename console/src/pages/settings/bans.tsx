import {useState} from "preact/hooks";

import * as api from "../../api";
import {Badge, Button, Failure, Panel} from "../../components/basics";
import {NumberField, Select, TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {act} from "../../components/toasts";
import {dateTime, plain, visible} from "../../lib/format";
import {readAll} from "../../lib/pages";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import {usePlace} from "../../lib/router";
import type {Ban} from "../../model";

const everyMilliseconds = 10_000;
const bansMax = 2_000;

export function Bans() {
  const mayOperate = useMay("operator");
  const {data, error, refresh} = usePoll(
    signal => readAll(cursor => api.bans({cursor, limit: 1_000}, signal), bansMax),
    everyMilliseconds,
  );
  const lift = async (ban: Ban) => {
    if (await act(api.liftBan(ban.id), `The ban of ${visible(ban.value)} is lifted.`)) refresh();
  };
  const columns: Column<Ban>[] = [
    {title: "Of", cell: ban => <Badge tone="info">{ban.kind}</Badge>},
    {title: "Value", cell: ban => <span class="mono">{visible(ban.value)}</span>},
    {title: "Reason", cell: ban => <span class="wraps">{plain(ban.reason)}</span>},
    {title: "Until", cell: ban => (ban.until === null ? "for good" : dateTime(ban.until))},
    {title: "By", cell: ban => plain(ban.by)},
    {title: "Since", cell: ban => dateTime(ban.at)},
    ...(mayOperate
      ? [
          {
            title: "Action",
            silent: true,
            right: true,
            cell: (ban: Ban) => (
              <Button kind="quiet" label={`Lift the ban of ${ban.value}`} onClick={() => void lift(ban)}>
                Lift
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Panel title="Bans">
      <Failure text={error} />
      <Table
        label="Bans"
        columns={columns}
        items={data ?? []}
        rowKey={ban => ban.id}
        empty={data ? "Nobody is banned." : "Asking the node…"}
      />
      {mayOperate && <Add refresh={refresh} />}
    </Panel>
  );
}

const hints: Record<string, string> = {
  client: "A client id",
  user: "A user name",
  address: "192.0.2.7 or 192.0.2.0/24",
};

/** Who is to be banned may stand in the address of the page: a client's page leads here with it. */
function Add({refresh}: {refresh: () => void}) {
  const {query} = usePlace();
  const [kind, setKind] = useState(query.get("kind") ?? "client");
  const [value, setValue] = useState(query.get("value") ?? "");
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState(60);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!(await act(api.ban({kind, value, reason, seconds: minutes * 60}), `${visible(value)} is banned.`))) return;
    setValue("");
    setReason("");
    refresh();
  };
  return (
    <form class="line" aria-label="Ban" onSubmit={submit}>
      <Select
        label="Ban a"
        value={kind}
        onInput={setKind}
        options={[
          ["client", "client"],
          ["user", "user"],
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
      <TextField label="Reason" value={reason} onInput={setReason} className="field-wide" max={1024} />
      <NumberField label="Minutes, 0 for good" value={minutes} onInput={setMinutes} max={5_256_000} />
      <Button kind="danger" type="submit">
        Ban
      </Button>
    </form>
  );
}
