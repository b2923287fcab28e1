import type {ComponentChildren} from "preact";
import {useEffect, useLayoutEffect, useState} from "preact/hooks";

import * as api from "../api";
import {reachable, session} from "../http";
import {duration} from "../lib/format";
import {nodeState, useNode} from "../lib/node";
import {usePlace} from "../lib/router";
import {useStore} from "../lib/store";
import {helpShown, useShortcuts} from "../lib/shortcuts";
import {theme, toggleTheme} from "../lib/theme";
import {Link} from "./basics";
import {Help} from "./help";
import type {IconName} from "./icon";
import {Icon} from "./icon";
import {act} from "./toasts";

const entries: [name: string, path: string, icon: IconName, letter: string][] = [
  ["Overview", "/", "overview", "o"],
  ["Actors", "/actors", "actors", "a"],
  ["Clients", "/clients", "clients", "c"],
  ["Topics", "/topics", "topics", "t"],
  ["WebSocket client", "/websocket", "websocket", "w"],
  ["Traces", "/traces", "traces", "r"],
  ["Settings", "/settings", "settings", "s"],
];
const letters = entries.map(([, path, , letter]) => [letter, path] as const);
const shortcuts = entries.map(([name, , , letter]) => ({keys: `g ${letter}`, what: name}));

/** What is around every page: navigation, which node this is, who is logged in. */
export function Shell({children}: {children: ComponentChildren}) {
  const {path} = usePlace();
  const [open, setOpen] = useState(false);
  useNode();
  useShortcuts(letters);
  useEffect(() => setOpen(false), [path]);
  useLayoutEffect(() => {
    const name = entries.find(([, at]) => isAt(path, at))?.[0];
    document.title = name ? `${name} – Troupe` : "Troupe";
  }, [path]);

  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="top">
        <button
          type="button"
          class="icon-button fold"
          aria-label="Navigation"
          aria-expanded={open}
          aria-controls="navigation"
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "close" : "menu"} />
        </button>
        <Which />
        <Who />
      </header>
      <nav id="navigation" class={`side ${open ? "side-open" : ""}`} aria-label="Pages">
        {entries.map(([name, to, icon]) => (
          <Link key={to} to={to} current={isAt(path, to)}>
            <Icon name={icon} />
            {name}
          </Link>
        ))}
        <div class="for-programs">
          <a href="/api/v1/openapi.json" target="_blank" rel="noopener" title="What the API can do, as OpenAPI 3.1">
            API description
          </a>
          <a href="/metrics" target="_blank" rel="noopener" title="What Prometheus reads">
            Metrics
          </a>
        </div>
      </nav>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Help pages={shortcuts} />
    </div>
  );
}

function isAt(path: string, entry: string): boolean {
  return entry === "/" ? path === "/" : path === entry || path.startsWith(entry + "/");
}

function Which() {
  const node = useStore(nodeState);
  const there = useStore(reachable);
  return (
    <div class="which">
      <span class={`dot ${there ? "dot-ok" : "dot-bad"}`} aria-hidden="true" />
      <strong>{node?.name ?? "Troupe"}</strong>
      {node && (
        <span class="muted wide-only">
          {node.version}, up {duration(node.uptime_seconds)}
        </span>
      )}
    </div>
  );
}

function Who() {
  const who = useStore(session);
  const scheme = useStore(theme);
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <div class="who">
      <button
        type="button"
        class="icon-button wide-only"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => helpShown.set(true)}
      >
        <kbd aria-hidden="true">?</kbd>
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={`Switch to ${other} colours`}
        title={`Switch to ${other} colours`}
        onClick={toggleTheme}
      >
        <Icon name={scheme === "dark" ? "sun" : "moon"} />
      </button>
      {who && (
        <span class="user" title={`Logged in as ${who.user}, with the role ${who.role}`}>
          <b>{who.user}</b> {who.role !== who.user && <span class="muted">{who.role}</span>}
        </span>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label="Log out"
        title="Log out"
        onClick={() => void act(api.logout(), "")}
      >
        <Icon name="logout" />
      </button>
    </div>
  );
}
