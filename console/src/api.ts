// Every call of the API that the page makes, one line each.
import {call, session} from "./http";
import {segment} from "./lib/segment";
import type * as model from "./model";

type Signal = AbortSignal | undefined;
type List<T> = Promise<model.Page<T>>;

export interface Paging {
  cursor?: string | null;
  limit?: number;
}

function list<T>(path: string, query: object = {}, signal?: Signal): List<T> {
  return call("GET", path, {query: {...query}, signal});
}

export async function login(user: string, password: string): Promise<void> {
  session.set(await call<model.Session>("POST", "/login", {body: {user, password}}));
}

export async function logout(): Promise<void> {
  await call("POST", "/logout");
  session.set(null);
}

export const node = (signal?: Signal) => call<model.Node>("GET", "/node", {signal});
export const alarms = (signal?: Signal) => list<model.Alarm>("/alarms", {}, signal);
export const drops = (signal?: Signal) => call<model.Drops>("GET", "/drops", {signal});
export const metricsHistory = (names: readonly string[], minutes: number, signal?: Signal) =>
  call<model.History>("GET", "/metrics/history", {query: {names: names.join(","), minutes}, signal});

export const actors = (path: string, sort: string, paging: Paging, signal?: Signal) =>
  call<model.ActorLevel>("GET", "/actors", {query: {path, sort, ...paging}, signal});
export const actorDetail = (path: string, signal?: Signal) =>
  call<model.ActorDetail>("GET", "/actors/detail", {query: {path}, signal});
export const restartActor = (path: string) => call<void>("POST", "/actors/restart", {query: {path}});
export const crashActor = (path: string) => call<void>("POST", "/actors/crash", {query: {path}});

export const clients = (filter: model.ClientFilter, paging: Paging, signal?: Signal) =>
  list<model.Client>("/clients", {...filter, ...paging}, signal);
export const client = (id: string, signal?: Signal) =>
  call<model.ClientDetail>("GET", `/clients/${segment(id)}`, {signal});
export const cutClient = (id: string, endSession: boolean) =>
  call<void>("DELETE", `/clients/${segment(id)}`, {query: {session: endSession}});
export const removeDisconnected = () =>
  call<{removed: number}>("DELETE", "/clients", {query: {connected: false}, longestMilliseconds: 10 * 60_000});
export const subscribe = (id: string, body: {filter: string; qos: number}) =>
  call<void>("POST", `/clients/${segment(id)}/subscriptions`, {body});
export const unsubscribe = (id: string, filter: string) =>
  call<void>("DELETE", `/clients/${segment(id)}/subscriptions`, {query: {filter}});
export const clientEvents = (id: string, paging: Paging, signal?: Signal) =>
  list<model.Event>(`/clients/${segment(id)}/events`, paging, signal);
export const autopsy = (id: string, signal?: Signal) =>
  call<model.Autopsy>("GET", `/clients/${segment(id)}/autopsy`, {signal});

export const subscriptions = (filter: {client?: string; filter?: string}, paging: Paging, signal?: Signal) =>
  list<model.Subscription>("/subscriptions", {...filter, ...paging}, signal);
/** One level; null: the first. "" is the name of a level, too, as in "/a". */
export const topics = (prefix: string | null, paging: Paging, signal?: Signal) =>
  call<model.Page<model.Topic>>("GET", prefix === null ? "/topics" : "/topics?prefix=" + encodeURIComponent(prefix), {
    query: {...paging},
    signal,
  });
export const retained = (prefix: string, paging: Paging, signal?: Signal) =>
  list<model.Retained>("/retained", {prefix, ...paging}, signal);
export const retainedMessage = (topic: string, signal?: Signal) =>
  call<model.RetainedMessage>("GET", `/retained/${segment(topic)}`, {signal});
/** Some of all that begin so; more: to be called again. */
export const deleteAllRetained = (prefix: string) =>
  call<{removed: number; more: boolean}>("DELETE", "/retained", {query: {prefix}});
export const deleteRetained = (topic: string) => call<void>("DELETE", `/retained/${segment(topic)}`);
export const publish = (body: model.Publish) => call<model.Published | undefined>("POST", "/publish", {body});

export const listeners = (signal?: Signal) => list<model.Listener>("/listeners", {}, signal);
export const switchListener = (name: string, on: boolean) =>
  call<void>("POST", `/listeners/${segment(name)}/${on ? "start" : "stop"}`);
export const options = (paging: Paging, signal?: Signal) => list<model.Option>("/config", paging, signal);
export const setOption = (name: string, value: unknown) =>
  call<void>("PUT", `/config/${segment(name)}`, {body: {value}});

export const bans = (paging: Paging, signal?: Signal) => list<model.Ban>("/bans", paging, signal);
export const ban = (body: {kind: string; value: string; reason: string; seconds: number}) =>
  call<void>("POST", "/bans", {body});
export const liftBan = (id: number | string) => call<void>("DELETE", `/bans/${segment(id)}`);

export const traces = (signal?: Signal) => list<model.Trace>("/traces", {}, signal);
export const startTrace = (body: {kind: string; value: string; seconds: number}) =>
  call<model.Trace | undefined>("POST", "/traces", {body});
export const stopTrace = (id: number | string) => call<void>("DELETE", `/traces/${segment(id)}`);
export const traceLines = (id: number | string, paging: Paging, signal?: Signal) =>
  call<model.TraceLines>("GET", `/traces/${segment(id)}/lines`, {query: {...paging}, signal});

export const users = (paging: Paging, signal?: Signal) => list<model.User>("/users", paging, signal);
export const addUser = (body: {name: string; password: string; role: string}) => call<void>("POST", "/users", {body});
export const changeUser = (name: string, body: {password?: string; role?: string}) =>
  call<void>("PUT", `/users/${segment(name)}`, {body});
export const removeUser = (name: string) => call<void>("DELETE", `/users/${segment(name)}`);

export const apiKeys = (paging: Paging, signal?: Signal) => list<model.ApiKey>("/api-keys", paging, signal);
export const addApiKey = (body: {name: string; role: string; days: number}) =>
  call<{key: string}>("POST", "/api-keys", {body});
export const removeApiKey = (name: string) => call<void>("DELETE", `/api-keys/${segment(name)}`);
export const audit = (paging: Paging, signal?: Signal) => list<model.AuditEntry>("/audit", paging, signal);
