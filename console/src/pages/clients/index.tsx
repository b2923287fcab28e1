import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button, Link, PageHead} from "../../components/basics";
import {ask} from "../../components/dialog";
import {tell} from "../../components/toasts";
import {ClientState} from "../../components/client_state";
import type {Column} from "../../components/table";
import {VirtualTable} from "../../components/virtual_table";
import {errorText} from "../../http";
import {bytes, count, dateTime, plain, roughly, short, visible} from "../../lib/format";
import {usePages} from "../../lib/pages";
import {useMay} from "../../lib/roles";
import {clientPath, setQuery, usePlace} from "../../lib/router";
import type {Client, ClientFilter} from "../../model";
import {Export} from "./export";
import {Filters, filterOf} from "./filters";

const columns: Column<Client>[] = [
  {
    title: "Client id",
    width: 10,
    grow: 2,
    cell: client => (
      <Link to={clientPath(client.id)} title={visible(client.id)}>
        {visible(client.id)}
      </Link>
    ),
  },
  {title: "State", width: 6.5, cell: client => <ClientState client={client} />},
  {title: "User", width: 4.5, grow: 1, cell: client => titled(plain(client.user))},
  {title: "Address", width: 8.75, grow: 1, cell: client => titled(plain(client.address))},
  {title: "Protocol", width: 5.25, cell: protocolOf},
  {title: "Since", width: 5.5, cell: since},
  {title: "Subs", width: 3.5, right: true, cell: client => short(client.subscriptions)},
  {title: "Queued", width: 4.25, right: true, cell: client => hot(short(client.queued), client.queued >= manyQueued)},
  {title: "In flight", width: 4.25, right: true, cell: client => short(client.in_flight)},
  {title: "Received", width: 5, right: true, cell: client => bytes(client.bytes_received)},
  {title: "Sent", width: 5, right: true, cell: client => bytes(client.bytes_sent)},
];

const manyQueued = 100;

const titled = (text: string) => <span title={text}>{text}</span>;
const hot = (text: string, is: boolean) => (is ? <b class="hot">{text}</b> : text);

function protocolOf({transport, protocol, listener}: Client) {
  if (!protocol) return "–";
  const words = `MQTT ${protocol} through the listener ${plain(listener)}`;
  return <span title={words}>{`${plain(transport)} ${protocol}`}</span>;
}

function since(client: Client) {
  const at = client.connected ? client.connected_at : client.disconnected_at;
  return <time title={dateTime(at)}>{roughly(at)}</time>;
}

const pageSize = 200;

export function Clients() {
  const {query} = usePlace();
  const mayOperate = useMay("operator");
  const filter = filterOf(query);
  const pages = usePages<Client>(
    (cursor, signal) => api.clients(filter, {cursor, limit: pageSize}, signal),
    [JSON.stringify(filter)],
  );
  const [removing, setRemoving] = useState(false);

  const remove = async () => {
    const yes = await ask({
      title: "Remove all disconnected clients?",
      action: "Remove them",
      danger: true,
      text: "Their sessions end: subscriptions, queued messages and wills are gone for good.",
    });
    if (!yes) return;
    setRemoving(true);
    try {
      const {removed} = await api.removeDisconnected();
      tell(`${count(removed)} removed.`);
      pages.reload();
    } catch (error) {
      tell(errorText(error), true);
    }
    setRemoving(false);
  };

  return (
    <div class="page page-fill">
      <PageHead title="Clients">
        <Button onClick={pages.reload}>Refresh</Button>
        <Export filter={filter} />
        {mayOperate && (
          <Button kind="danger" disabled={removing} onClick={() => void remove()}>
            Remove disconnected
          </Button>
        )}
      </PageHead>
      <Filters filter={filter} onChange={(changes: ClientFilter) => setQuery({...changes})} />
      <VirtualTable
        label="Clients"
        columns={columns}
        pages={pages}
        rowKey={client => client.id}
        empty="No client fits."
      />
    </div>
  );
}
