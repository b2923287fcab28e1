import type {ComponentChildren, ComponentType} from "preact";
import {useEffect, useErrorBoundary, useState} from "preact/hooks";

import {Button, Failure} from "./components/basics";
import {Questions} from "./components/dialog";
import {Shell} from "./components/shell";
import {Toasts} from "./components/toasts";
import {CallError, errorText, reachable, session, whoAmI} from "./http";
import {useStore} from "./lib/store";
import {clientOf, navigate, usePlace} from "./lib/router";
import {Actors} from "./pages/actors";
import {Client} from "./pages/client";
import {Clients} from "./pages/clients";
import {Login} from "./pages/login";
import {Overview} from "./pages/overview";
import {Settings} from "./pages/settings";
import {Topics} from "./pages/topics";
import {Traces} from "./pages/traces";
import {WebSocketClient} from "./pages/websocket";

const pages: Record<string, ComponentType> = {
  "/": Overview,
  "/actors": Actors,
  "/clients": Clients,
  "/topics": Topics,
  "/websocket": WebSocketClient,
  "/traces": Traces,
  "/settings": Settings,
};

export function App() {
  return (
    <>
      <Reached />
      <Guarded />
      <Toasts />
      <Questions />
    </>
  );
}

function Reached() {
  const there = useStore(reachable);
  return there ? null : (
    <div class="lost" role="alert">
      No connection to the node. Trying again…
    </div>
  );
}

/** Asks who is logged in, and leads to the log-in page and back. */
function Guarded() {
  const who = useStore(session);
  const there = useStore(reachable);
  const {path, query} = usePlace();
  const [failure, setFailure] = useState("");

  useEffect(() => {
    if (who === undefined && there)
      whoAmI().then(
        () => setFailure(""),
        (error: unknown) => {
          if (!(error instanceof CallError && [0, 401].includes(error.status))) setFailure(errorText(error));
        },
      );
  }, [who, there]);

  useEffect(() => {
    if (who === null && path !== "/login") {
      navigate("/login?to=" + encodeURIComponent(path + location.search), true);
    }
    if (who && path === "/login") navigate(wayBack(query.get("to")), true);
  }, [who, path]);

  if (who === undefined) return <div class="waiting">{failure ? <Failure text={failure} /> : "Asking the node…"}</div>;
  if (who === null) return <Login />;
  return (
    <Shell>
      <CurrentPage path={path} />
    </Shell>
  );
}

/** Only to a page of this one. */
function wayBack(to: string | null): string {
  return to && to.startsWith("/") && !to.startsWith("//") && !to.startsWith("/login") ? to : "/";
}

function CurrentPage({path}: {path: string}) {
  const client = clientOf(path);
  if (client !== undefined)
    return (
      <Caught key={path}>
        <Client key={client} id={client} />
      </Caught>
    );
  const Found = pages[path.length > 1 ? path.replace(/\/$/, "") : path];
  return Found ? (
    <Caught key={path}>
      <Found />
    </Caught>
  ) : (
    <Unknown />
  );
}

function Unknown() {
  return (
    <div class="page">
      <h1>No such page</h1>
      <p>
        This address belongs to none of the pages. <a href="/">To the overview</a>
      </p>
    </div>
  );
}

function Caught({children}: {children: ComponentChildren}) {
  const [error, reset] = useErrorBoundary();
  if (!error) return <>{children}</>;
  return (
    <div class="page">
      <h1>This page failed</h1>
      <Failure text={errorText(error)} />
      <div>
        <Button onClick={reset}>Show it again</Button>
      </div>
    </div>
  );
}
