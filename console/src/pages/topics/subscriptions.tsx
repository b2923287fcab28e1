import {useState} from "preact/hooks";

import * as api from "../../api";
import {Link} from "../../components/basics";
import {TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {VirtualTable} from "../../components/virtual_table";
import {visible} from "../../lib/format";
import {usePages} from "../../lib/pages";
import {clientPath} from "../../lib/router";
import {useTyped} from "../../lib/typed";
import type {Subscription} from "../../model";
import {subscriptionColumns} from "../client/subscriptions";

const pageSize = 200;

const columns: Column<Subscription>[] = [
  {
    title: "Client id",
    width: 14,
    grow: 1,
    cell: each => <Link to={clientPath(each.client)}>{visible(each.client)}</Link>,
  },
  ...subscriptionColumns,
];

export function Subscriptions({query}: {query: URLSearchParams}) {
  const [client, setClient] = useState(query.get("client") ?? "");
  const [filter, setFilter] = useState(query.get("filter") ?? "");
  const [clientText, typeClient] = useTyped(client, setClient);
  const [filterText, typeFilter] = useTyped(filter, setFilter);
  const pages = usePages<Subscription>(
    (cursor, signal) => api.subscriptions({client, filter}, {cursor, limit: pageSize}, signal),
    [client, filter],
  );
  return (
    <>
      <form class="filters" role="search" aria-label="Filters" onSubmit={event => event.preventDefault()}>
        <TextField label="Client id" value={clientText} onInput={typeClient} />
        <TextField label="Topic filter" value={filterText} onInput={typeFilter} />
      </form>
      <VirtualTable
        label="Subscriptions"
        columns={columns}
        pages={pages}
        empty="No subscription fits."
        rowKey={each => JSON.stringify([each.client, each.group, each.filter])}
      />
    </>
  );
}
