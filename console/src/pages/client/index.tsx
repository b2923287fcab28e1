import {useEffect, useState} from "preact/hooks";

import * as api from "../../api";
import {Button, Failure, Link, PageHead} from "../../components/basics";
import {ClientState} from "../../components/client_state";
import {ask} from "../../components/dialog";
import {act} from "../../components/toasts";
import {visible} from "../../lib/format";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import {actorPath, banPath, tracePath} from "../../lib/router";
import type {ClientDetail} from "../../model";
import {Autopsy} from "./autopsy";
import {ConnectionPanel, MemoryPanel, SessionPanel} from "./facts";
import {History} from "./history";
import {InFlight, Subscriptions} from "./subscriptions";

const everyMilliseconds = 2_000;
/** To look at a session that sleeps wakes it: its events tell sooner that it is back. */
const awayMilliseconds = 30_000;

/** Everything that the API knows of one client. */
export function Client({id}: {id: string}) {
  const {
    data: client,
    error,
    refresh,
  } = usePoll(
    signal => api.client(id, signal),
    found => (found?.connected ? everyMilliseconds : awayMilliseconds),
    [id],
  );
  const [news, setNews] = useState(0);
  useEffect(() => {
    document.title = `${visible(id)} – Clients – Troupe`;
  }, [id]);
  return (
    <div class="page">
      <p class="crumbs">
        <Link to="/clients">All clients</Link>
      </p>
      <PageHead title={visible(id)} note={client && <ClientState client={client} />}>
        {client && <Deeds client={client} refresh={refresh} />}
      </PageHead>
      <Failure text={error} />
      {!client?.connected && (client || error) && <Autopsy id={id} news={news} alive={false} />}
      {client && (
        <>
          <div class="cards">
            <ConnectionPanel client={client} />
            <SessionPanel client={client} />
            <MemoryPanel client={client} />
          </div>
          <Subscriptions client={client} refresh={refresh} />
          <InFlight client={client} />
          {client.connected && <Autopsy id={id} news={news} alive />}
        </>
      )}
      <History
        id={id}
        onNews={() => {
          setNews(count => count + 1);
          refresh();
        }}
      />
    </div>
  );
}

function Deeds({client, refresh}: {client: ClientDetail; refresh: () => void}) {
  const mayOperate = useMay("operator");
  const cut = async (endSession: boolean) => {
    const yes = await ask(
      endSession
        ? {
            title: "End this session?",
            action: "End session",
            danger: true,
            text: "Its subscriptions, queued messages and will are gone for good; a connection is closed.",
          }
        : {
            title: "Disconnect this client?",
            action: "Disconnect",
            danger: true,
            text: "Its connection is closed (0x98, administrative action). Its session stays; it may come back.",
          },
    );
    if (!yes) return;
    if (await act(api.cutClient(client.id, endSession), endSession ? "Session ended." : "Disconnected.")) refresh();
  };
  return (
    <>
      {client.actor !== null && (
        <Link to={actorPath(client.actor)} className="button button-plain">
          To its actor
        </Link>
      )}
      {mayOperate && (
        <>
          <Link to={tracePath("client", client.id)} className="button button-plain">
            Trace
          </Link>
          <Link to={banPath("client", client.id)} className="button button-plain">
            Ban
          </Link>
        </>
      )}
      {mayOperate && client.connected && (
        <Button kind="danger" onClick={() => void cut(false)}>
          Disconnect
        </Button>
      )}
      {mayOperate && (
        <Button kind="danger" onClick={() => void cut(true)}>
          End session
        </Button>
      )}
    </>
  );
}
