import * as api from "../../api";
import {Badge, Button, Failure, Panel} from "../../components/basics";
import {ask} from "../../components/dialog";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {act} from "../../components/toasts";
import {count} from "../../lib/format";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import type {Listener} from "../../model";

const everyMilliseconds = 2_000;

export function Listeners() {
  const isAdmin = useMay("admin");
  const {data, error, refresh} = usePoll(api.listeners, everyMilliseconds);

  const change = async (listener: Listener) => {
    const on = !listener.enabled;
    const yes =
      on ||
      (await ask({
        title: `Stop the listener ${listener.name}?`,
        action: "Stop",
        danger: true,
        text: `Nobody can connect through ${listener.bind} any more until it is started again.`,
      }));
    if (!yes) return;
    if (await act(api.switchListener(listener.name, on), `${listener.name} ${on ? "started" : "stopped"}.`)) refresh();
  };
  const columns: Column<Listener>[] = [
    {title: "Name", leads: true, cell: listener => <b>{listener.name}</b>},
    {title: "Type", cell: listener => listener.type},
    {title: "Address", cell: listener => <span class="mono">{listener.bind}</span>},
    {
      title: "State",
      cell: listener => (listener.enabled ? <Badge tone="ok">listening</Badge> : <Badge tone="calm">stopped</Badge>),
    },
    {title: "Connections", right: true, cell: listener => count(listener.connections)},
    {title: "Accepted", right: true, cell: listener => count(listener.accepted)},
    {title: "Refused", right: true, cell: listener => count(listener.refused)},
    ...(isAdmin
      ? [
          {
            title: "Action",
            silent: true,
            right: true,
            cell: (listener: Listener) => (
              <Button
                kind="quiet"
                label={`${listener.enabled ? "Stop" : "Start"} ${listener.name}`}
                onClick={() => void change(listener)}
              >
                {listener.enabled ? "Stop" : "Start"}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Panel title="Listeners">
      <Failure text={error} />
      <Table
        label="Listeners"
        columns={columns}
        items={data?.items ?? []}
        rowKey={listener => listener.name}
        empty={data ? "There are none." : "Asking the node…"}
      />
    </Panel>
  );
}
