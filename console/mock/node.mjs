// The node, its figures, its actors.
import {accepted, ago, all, missing, paged} from "./answers.mjs";
import * as world from "./world.mjs";

function sorted(items, key) {
  if (!key) return items;
  const [field, sign] = key.startsWith("-") ? [key.slice(1), -1] : [key, 1];
  return [...items].sort((a, b) => sign * (a[field] > b[field] ? 1 : a[field] < b[field] ? -1 : 0));
}

function node() {
  const now = world.figures(Date.now());
  return {
    name: "troupe@mock",
    version: "0.1.0",
    started_at: world.started,
    uptime_seconds: (Date.now() - world.started) / 1000,
    memory_bytes: now.memory_bytes,
    connections: now.connections,
    sessions: now.sessions,
    loops: [0, 1].map(index => ({
      index,
      busy_share: now[`loop_${index}_busy`],
      longest_turn_us: 900 + world.part(Math.floor(Date.now() / 1000) + index, 3000),
      links: Math.floor(now.connections / 2),
      sessions: Math.floor(now.sessions / 2),
    })),
    rates: {
      received: now.received,
      sent: now.sent,
      bytes_received: now.bytes_received,
      bytes_sent: now.bytes_sent,
      connects: now.connects,
      disconnects: now.disconnects,
    },
    latency_us: {p50: now.latency_p50_us, p95: now.latency_p95_us, p99: now.latency_p99_us},
    store: {backend: "rocksdb", bytes: 812_000_000},
    alarms: 1,
    fault_injection: true,
  };
}

function history({query}) {
  const minutes = Number(query.get("minutes") ?? 60);
  const step = minutes > 60 ? 60 : minutes > 10 ? 10 : 2;
  const count = Math.floor((minutes * 60) / step);
  const from = Date.now() - count * step * 1000;
  const points = Array.from({length: count}, (_, index) => world.figures(from + index * step * 1000));
  const names = (query.get("names") ?? "").split(",").filter(name => name in points[0]);
  return {
    step_seconds: step,
    from,
    series: Object.fromEntries(names.map(name => [name, points.map(point => point[name])])),
  };
}

function drops() {
  const published = Math.floor(((Date.now() - world.started) / 1000) * 19_400);
  const dropped = {queue_full: 18_222, expired: 4_210, too_large: 12, no_subscriber: 90_120};
  const queued = 41_233;
  const all = Object.values(dropped).reduce((a, b) => a + b);
  return {published, delivered: published - queued - all, queued, dropped};
}

const alarms = () => [
  {name: "slow_consumer", text: "meter-000412 has not read for 41 s; 12 MiB wait for it.", since: ago(3), active: true},
  {name: "store_slow", text: "A commit took 1.2 s.", since: ago(410), active: false},
];

function detail({query}) {
  const path = query.get("path") ?? "";
  const actor = world.actorAt(path);
  if (!actor) return missing;
  const client =
    path.split("/")[2] === "sessions" ? world.clients.get(decodeURIComponent(path.split("/")[3] ?? "")) : undefined;
  const shard = path.replace(/\/sessions.*/, "/shard");
  return {
    ...actor,
    client: client?.id ?? null,
    neighbours: actor.class === "session" ? [shard, path.replace(/\/sessions.*/, "/delivery")] : [],
    restart_history: world.history(path),
    link: client?.connected
      ? {
          address: client.address,
          listener: client.listener,
          transport: client.transport,
          waiting_bytes: client.queued * 210,
          read_paused: false,
          last_packet_at: Date.now() - 800,
        }
      : null,
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

export const nodeRoutes = [
  ["GET", "/node", "viewer", node],
  ["GET", "/alarms", "viewer", () => all(alarms())],
  ["GET", "/drops", "viewer", drops],
  ["GET", "/metrics", "viewer", () => world.figures(Date.now())],
  ["GET", "/metrics/history", "viewer", history],
  [
    "GET",
    "/actors",
    "viewer",
    ({query}) => {
      const path = query.get("path") ?? "root";
      const actor = world.actorAt(path);
      return actor ? {actor, ...paged(sorted(world.childrenOf(path), query.get("sort")), query)} : missing;
    },
  ],
  ["GET", "/actors/detail", "viewer", detail],
  ["POST", "/actors/restart", "operator", restart],
  ["POST", "/actors/crash", "operator", crash],
];
