import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button, Link, Panel} from "../../components/basics";
import {QosField, TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {act} from "../../components/toasts";
import {count, plain, visible} from "../../lib/format";
import {useMay} from "../../lib/roles";
import type {ClientDetail, Subscription} from "../../model";

export const subscriptionColumns: Column<Subscription>[] = [
  {title: "Filter", width: 14, grow: 2, cell: each => <span class="mono">{visible(each.filter)}</span>},
  {title: "QoS", width: 4, right: true, cell: each => each.qos},
  {title: "Group", width: 7, cell: each => plain(each.group)},
  {title: "Identifier", width: 6, right: true, cell: each => plain(each.identifier)},
  {title: "Options", width: 12, grow: 1, cell: optionText},
];

function optionText(subscription: Subscription): string {
  const handling = ["", "retained if new", "no retained"][subscription.retain_handling] ?? "";
  return [subscription.no_local && "no local", subscription.retain_as_published && "retain as published", handling]
    .filter(Boolean)
    .join(", ");
}

export function Subscriptions({client, refresh}: {client: ClientDetail; refresh: () => void}) {
  const mayOperate = useMay("operator");
  const remove = async (filter: string) => {
    if (await act(api.unsubscribe(client.id, filter), `Unsubscribed from ${filter}.`)) refresh();
  };
  const columns: Column<Subscription>[] = mayOperate
    ? [
        ...subscriptionColumns,
        {
          title: "Action",
          silent: true,
          right: true,
          cell: each => (
            <Button kind="quiet" label={`Unsubscribe from ${each.filter}`} onClick={() => void remove(each.filter)}>
              Unsubscribe
            </Button>
          ),
        },
      ]
    : subscriptionColumns;
  const listed = client.subscription_list.length;
  return (
    <Panel
      title="Subscriptions"
      actions={
        (client.subscriptions ?? 0) > listed && (
          <Link to={"/topics?tab=Subscriptions&client=" + encodeURIComponent(client.id)}>
            All {count(client.subscriptions)} of them
          </Link>
        )
      }
    >
      <Table
        label="Subscriptions"
        columns={columns}
        items={client.subscription_list}
        rowKey={each => `${each.group ?? ""} ${each.filter}`}
        empty="It is subscribed to nothing."
      />
      {mayOperate && <Subscribe id={client.id} refresh={refresh} />}
    </Panel>
  );
}

function Subscribe({id, refresh}: {id: string; refresh: () => void}) {
  const [filter, setFilter] = useState("");
  const [qos, setQos] = useState(0);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!(await act(api.subscribe(id, {filter, qos}), `Subscribed to ${filter}.`))) return;
    setFilter("");
    refresh();
  };
  return (
    <form class="line" aria-label="Subscribe on its behalf" onSubmit={submit}>
      <TextField label="Topic filter" value={filter} onInput={setFilter} required className="field-wide" />
      <QosField value={qos} onInput={setQos} />
      <Button type="submit">Subscribe</Button>
    </form>
  );
}

type Flying = ClientDetail["in_flight_list"][number];

const flyingColumns: Column<Flying>[] = [
  {title: "Packet id", right: true, cell: each => each.packet_id},
  {title: "Topic", cell: each => <span class="mono">{visible(each.topic ?? "–")}</span>},
  {title: "QoS", right: true, cell: each => each.qos},
  {title: "State", cell: each => each.state},
];

export function InFlight({client}: {client: ClientDetail}) {
  return (
    <Panel title="In flight">
      <Table
        label="In flight"
        columns={flyingColumns}
        items={client.in_flight_list}
        rowKey={each => `${each.state} ${each.packet_id}`}
        empty="Nothing waits for an acknowledgement."
      />
    </Panel>
  );
}
