import {segment, textOf} from "./segment";
import {Store, useStore} from "./store";

export interface Place {
  path: string;
  query: URLSearchParams;
}

function here(): Place {
  return {path: location.pathname, query: new URLSearchParams(location.search)};
}

const place = new Store<Place>(here());
addEventListener("popstate", () => place.set(here()));

export function usePlace(): Place {
  return useStore(place);
}

/** `target` is a path of this page with its query; whatever leads elsewhere is refused. */
export function navigate(target: string, replace = false): void {
  const url = new URL(target, location.origin);
  if (url.origin !== location.origin) return;
  const unchanged = url.pathname + url.search === location.pathname + location.search;
  if (replace || unchanged) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  place.set(here());
}

/** Changes some parameters of the query and keeps the rest; an empty value removes its parameter. */
export function setQuery(changes: Record<string, string>, replace = true): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  navigate(location.pathname + (text ? "?" + text : ""), replace);
}

export const clientPath = (id: string) => "/clients/" + segment(id);
export const actorPath = (path: string) => "/actors?path=" + encodeURIComponent(path);

/** Forms that know already of whom. */
export const tracePath = (kind: string, value: string) => "/traces?" + new URLSearchParams({kind, value}).toString();
export const banPath = (kind: string, value: string) =>
  "/settings?" + new URLSearchParams({tab: "Bans", kind, value}).toString();

/** What stands behind `/clients/`, or undefined. */
export function clientOf(path: string): string | undefined {
  if (!path.startsWith("/clients/") || path.length <= "/clients/".length) return undefined;
  return textOf(path.slice("/clients/".length));
}
