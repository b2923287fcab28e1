// The calls of the API on that world: [method, pattern, least role, handler(request) -> body or {status, body}].
import * as world from "./world.mjs";
import {control} from "./control.mjs";

const missing = {status: 404, body: {error: "There is no such thing here."}};
export const gone = {status: 204};
const accepted = {status: 202};

export function paged(items, query, most = 100) {
  const first = Number(query.get("cursor") ?? 0);
  const limit = Math.min(1000, Number(query.get("limit") ?? most));
  return {items: items.slice(first, first + limit), next: first + limit < items.length ? String(first + limit) : null};
}

function sorted(items, key) {
  if (!key) return items;
  const [field, sign] = key.startsWith("-") ? [key.slice(1), -1] : [key, 1];
  return [...items].sort((a, b) => sign * (a[field] > b[field] ? 1 : a[field] < b[field] ? -1 : 0));
}

function node() {
  const now = world.figures(Date.now());
  return {
    name: "troupe@mock", version: "0.1.0", started_at: world.started, uptime_seconds: (Date.now() - world.started) / 1000,
    memory_bytes: now.memory_bytes, connections: now.connections, sessions: now.sessions,
    loops: [0, 1].map(index => ({index, busy_share: now[`loop_${index}_busy`],
      longest_turn_us: 900 + world.part(Math.floor(Date.now() / 1000) + index, 3000), links: Math.floor(now.connections / 2),
      sessions: Math.floor(now.sessions / 2)})),
    rates: {received: now.received, sent: now.sent, bytes_received: now.bytes_received,
      bytes_sent: now.bytes_sent, connects: now.connects, disconnects: now.disconnects},
    latency_us: {p50: now.latency_p50_us, p95: now.latency_p95_us, p99: now.latency_p99_us},
    store: {backend: "rocksdb", bytes: 812_000_000}, alarms: 1, fault_injection: true,
  };
}

function history({query}) {
  const minutes = Number(query.get("minutes") ?? 60);
  const step = minutes > 60 ? 60 : minutes > 10 ? 10 : 2;
  const count = Math.floor(minutes * 60 / step);
  const from = Date.now() - count * step * 1000;
  const points = Array.from({length: count}, (_, index) => world.figures(from + index * step * 1000));
  const names = (query.get("names") ?? "").split(",").filter(name => name in points[0]);
  return {step_seconds: step, from, series: Object.fromEntries(names.map(name => [name, points.map(point => point[name])]))};
}

function drops() {
  const published = Math.floor((Date.now() - world.started) / 1000 * 19_400);
  const dropped = {queue_full: 18_222, expired: 4_210, too_large: 12, no_subscriber: 90_120};
  const queued = 41_233;
  const all = Object.values(dropped).reduce((a, b) => a + b);
  return {published, delivered: published - queued - all, queued, dropped};
}

const ago = minutes => Date.now() - minutes * 60_000;
const alarms = () => [
  {name: "slow_consumer", text: "meter-000412 has not read for 41 s; 12 MiB wait for it.", since: ago(3), active: true},
  {name: "store_slow", text: "A commit took 1.2 s.", since: ago(410), active: false},
];

function detail({query}) {
  const path = query.get("path") ?? "";
  const actor = world.actorAt(path);
  if (!actor) return missing;
  const client = path.split("/")[2] === "sessions" ? world.clients.get(decodeURIComponent(path.split("/")[3] ?? "")) : undefined;
  const shard = path.replace(/\/sessions.*/, "/shard");
  return {
    ...actor, client: client?.id ?? null, neighbours: actor.class === "session" ? [shard, path.replace(/\/sessions.*/, "/delivery")] : [],
    restart_history: world.history(path),
    link: client?.connected ? {address: client.address, listener: client.listener, transport: client.transport,
      waiting_bytes: client.queued * 210, read_paused: false, last_packet_at: Date.now() - 800} : null,
  };
}

function crash({query}) {
  const path = query.get("path") ?? "";
  if (!world.actorAt(path)) return missing;
  world.crash(path, "injected fault: the handler of publish threw std::runtime_error");
  return accepted;
}

function restart({query}) {
  world.crash(query.get("path") ?? "", "restart asked for through the console");
  return accepted;
}

function listClients({query}) {
  const wanted = name => query.get(name);
  const items = [...world.clients.values()].filter(each =>
    (!wanted("id_prefix") || each.id.startsWith(wanted("id_prefix"))) && (!wanted("user") || each.user === wanted("user"))
    && (!wanted("address") || each.address?.startsWith(wanted("address")))
    && (!wanted("listener") || each.listener === wanted("listener"))
    && (!wanted("protocol") || each.protocol === wanted("protocol"))
    && (!wanted("connected") || String(each.connected) === wanted("connected")));
  const page = paged(items, query);
  return {items: page.items.map(world.told), next: page.next};
}

function withClient(use) {
  return request => {
    const client = world.clients.get(request.captured[0]);
    return client ? use(client, request) : missing;
  };
}

const oneClient = withClient(client => ({
  ...world.told(client), queue_bytes: client.queued * 210, waiting_bytes: 0, restarts: client.restarts,
  memory: {total: 1_020 + client.queued * 280, record: 420, queue: client.queued * 280, in_flight: client.in_flight * 90,
    subscriptions: client.subscriptions * 70, link: 310, output: 0},
  subscription_list: world.filtersOf(client),
  in_flight_list: Array.from({length: client.in_flight}, (_, place) => ({packet_id: 40 + place, qos: 1 + place % 2,
    topic: `plant/3/line/${place}/state`, state: place % 2 ? "waits for PUBCOMP" : "waits for PUBACK"})),
  will: client.index % 2 ? null : {topic: `plant/gone/${client.id}`, qos: 1, retain: true, delay_seconds: 30, bytes: 12},
}));

function cut(client, {query}) {
  if (query.get("session") === "true") world.clients.delete(client.id);
  else Object.assign(client, {connected: false, disconnected_at: Date.now(), address: null});
  return gone;
}

function events(client) {
  const left = client.disconnected_at ?? Date.now() - 5_000_000;
  return [
    ...(client.connected ? [] : [{id: 5, at: left, kind: "client_taken_over", client: client.id, address: "10.2.0.14:41022",
      text: "Another connection of the same client id, from 192.0.2.77:50211, took over.", reason_code: 0x8e, close_code: 1000}]),
    {id: 4, at: left - 4_000, kind: "actor_restarted", client: client.id, text: "Its session's actor was started again."},
    {id: 3, at: left - 4_010, kind: "actor_failed", client: client.id, text: "bad_alloc in the handler of deliver"},
    {id: 2, at: left - 90_000, kind: "client_connected", client: client.id, address: "10.2.0.14:41022", text: "MQTT 5, keep alive 60 s"},
    {id: 1, at: left - 95_000, kind: "client_refused", client: client.id, address: "10.2.0.14:41020", text: "Wrong password", reason_code: 0x86},
  ];
}

const autopsy = withClient(client => ({
  client: client.id, connected: client.connected, events: events(client),
  sentences: client.connected ? ["It is connected."] : [
    "It was connected from 10.2.0.14:41022 through the listener ws, for 1 min 30 s.",
    "Then another connection with the same client id came from 192.0.2.77:50211.",
    "MQTT allows one connection for a client id: the older was told 0x8E (session taken over) and closed.",
    "The newer one closed its connection without a DISCONNECT 12 s later; its will was published.",
  ],
}));

function removeDisconnected() {
  const away = [...world.clients.values()].filter(each => !each.connected);
  for (const each of away) world.clients.delete(each.id);
  return {removed: away.length};
}

export const routes = [
  ["GET", "/node", "viewer", node],
  ["GET", "/alarms", "viewer", () => ({items: alarms(), next: null})],
  ["GET", "/drops", "viewer", drops],
  ["GET", "/metrics", "viewer", () => world.figures(Date.now())],
  ["GET", "/metrics/history", "viewer", history],
  ["GET", "/actors", "viewer", ({query}) => {
    const path = query.get("path") ?? "root";
    const actor = world.actorAt(path);
    return actor ? {actor, ...paged(sorted(world.childrenOf(path), query.get("sort")), query)} : missing;
  }],
  ["GET", "/actors/detail", "viewer", detail],
  ["POST", "/actors/restart", "operator", restart],
  ["POST", "/actors/crash", "operator", crash],
  ["GET", "/clients", "viewer", listClients],
  ["DELETE", "/clients", "operator", removeDisconnected],
  ["GET", "/clients/{}", "viewer", oneClient],
  ["DELETE", "/clients/{}", "operator", withClient(cut)],
  ["POST", "/clients/{}/subscriptions", "operator", withClient(client => { ++client.subscriptions; return gone; })],
  ["DELETE", "/clients/{}/subscriptions", "operator", withClient(client => { --client.subscriptions; return gone; })],
  ["GET", "/clients/{}/events", "viewer", withClient((client, {query}) => paged(events(client), query))],
  ["GET", "/clients/{}/autopsy", "viewer", autopsy],
  ...control,
];
