// What the mock knows: a node with 100,000 clients, some of them with ids that try to break a page.
export const started = Date.now() - 9 * 86_400_000;
export const clientsMax = 100_000;
const nasty = [
  "<img src=x onerror=alert(1)>",
  "a/b c?&#",
  "100%",
  "\u202Egnp.exe",
  "=cmd|' /C calc'!A0",
  "zähler/Ø1/温度",
  "'; DROP TABLE--",
  "a-client-id-that-is-much-longer-than-any-column-" + "x".repeat(160),
];
const kinds = ["sensor", "meter", "gateway", "valve", "car", "phone"];

// The same figures at every start: a hash instead of chance.
export function hash(number) {
  let mixed = Math.imul(number + 0x9e3779b9, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

export const part = (number, of) => hash(number) % of;
const seconds = () => (Date.now() - started) / 1000;

function client(index) {
  const id = nasty[index] ?? `${kinds[part(index, kinds.length)]}-${String(index).padStart(6, "0")}`;
  const connected = part(index * 7, 100) < 93;
  const loop = part(index * 3, 2);
  const at = Date.now() - part(index * 11, 86_400_000 * 3);
  const listener = ["tcp", "ws", "tls"][part(index * 5, 3)];
  return {
    id,
    index,
    connected,
    loop,
    listener,
    user: part(index, 9) ? `fleet-${part(index, 12)}` : null,
    address: connected
      ? `10.${part(index, 4)}.${part(index * 2, 256)}.${part(index * 9, 256)}:${20_000 + part(index, 40_000)}`
      : null,
    transport: {tcp: "tcp", ws: "ws", tls: "tls"}[listener],
    protocol: ["5", "5", "5", "3.1.1", "3.1"][part(index * 13, 5)],
    connected_at: connected ? at : at - 3_600_000,
    disconnected_at: connected ? null : at,
    keep_alive_seconds: [0, 30, 60, 300][part(index * 17, 4)],
    session_expiry_seconds: [0, 3600, 86_400, 0xffffffff][part(index * 19, 4)],
    subscriptions: 1 + part(index * 23, 4),
    queued: connected ? (part(index, 400) ? 0 : part(index * 29, 900)) : part(index * 29, 200),
    in_flight: connected ? part(index * 31, 3) : 0,
    rate: connected ? part(index * 37, 50) / 10 : 0,
    restarts: part(index * 41, 3000) ? 0 : 1 + part(index, 3),
    actor: `root/loop ${loop}/sessions/${encodeURIComponent(id)}`,
  };
}

export const clients = new Map(
  Array.from({length: clientsMax}, (_, index) => client(index)).map(each => [each.id, each]),
);

export function told(each) {
  const messages = Math.floor((each.rate * seconds()) / 100);
  const {index, rate, restarts, ...shown} = each;
  return {
    ...shown,
    messages_received: messages,
    messages_sent: messages * 2,
    bytes_received: messages * 220,
    bytes_sent: messages * 440,
  };
}

export const filtersOf = each =>
  Array.from({length: each.subscriptions}, (_, place) => ({
    client: each.id,
    qos: place % 3,
    no_local: false,
    retain_as_published: place === 1,
    retain_handling: place % 3,
    identifier: place === 2 ? 7 : null,
    group: place === 3 ? "workers" : null,
    filter:
      place === 0 ? `plant/${part(each.index, 8)}/${each.id}/#` : `plant/+/line/${part(each.index + place, 40)}/state`,
  }));

// --- actors ----------------------------------------------------------------------------------------------------------

const loopActors = ["sessions", "registry", "shard", "delivery", "store"];
const faults = new Map(); // path -> what was done to an actor

export function crash(path, cause) {
  const before = faults.get(path) ?? [];
  faults.set(path, [{at: Date.now(), cause}, ...before].slice(0, 20));
}

function actor(path, kind, loop, seed, extra = {}) {
  const history = faults.get(path) ?? [];
  const busy = (Math.sin(Date.now() / 4000 + seed) + 1) / 2;
  return {
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    class: kind,
    state: history[0] && Date.now() - history[0].at < 1500 ? "restarting" : "running",
    loop,
    mailbox_depth: Math.floor(busy * (kind === "shard" ? 140 : 6)),
    oldest_message_age_ms: Math.floor(busy * 12),
    messages_handled: Math.floor(seconds() * (kind === "shard" ? 5200 : 90 + seed)),
    cpu_share: busy * (kind === "shard" ? 0.5 : 0.04),
    restarts: history.length,
    last_error: history[0] ? {text: history[0].cause, at: history[0].at} : null,
    memory_bytes: 40_000 + seed * 9_000,
    children: 0,
    ...extra,
  };
}

function sessionActor(each) {
  const faulty = (faults.get(each.actor) ?? []).length + each.restarts;
  return actor(each.actor, "session", each.loop, each.index % 97, {
    name: each.id,
    ...(each.connected ? {} : {state: "asleep"}),
    mailbox_depth: part(each.index, 700) ? 0 : part(each.index, 400),
    oldest_message_age_ms: part(each.index, 700) ? 0 : part(each.index * 3, 9000),
    cpu_share: each.rate / 4000,
    messages_handled: Math.floor(each.rate * seconds()),
    memory_bytes: 900 + each.queued * 280,
    restarts: faulty,
  });
}

export const sessionsOf = loop => [...clients.values()].filter(each => each.loop === loop);
let counted = {at: 0, numbers: [0, 0]};
function sessionCount(loop) {
  if (Date.now() - counted.at > 1000)
    counted = {at: Date.now(), numbers: [0, 1].map(index => sessionsOf(index).length)};
  return counted.numbers[loop];
}

const listenerNames = ["tcp", "tls", "ws"];

export function actorAt(path) {
  const parts = path.split("/");
  const loop = parts[1]?.startsWith("loop ") ? Number(parts[1].slice(5)) : null;
  if (path === "root") return actor(path, "supervisor", null, 1, {children: 2 + listenerNames.length + 2});
  if (parts.length === 2 && loop !== null) return actor(path, "supervisor", loop, 2, {children: loopActors.length});
  if (parts.length === 2) return actor(path, parts[1].split(" ")[0], null, parts[1].length);
  if (parts[2] === "sessions" && parts.length > 3) {
    const each = clients.get(decodeURIComponent(parts[3]));
    return each && sessionActor(each);
  }
  const extra = parts[2] === "sessions" ? {children: sessionCount(loop)} : {};
  return actor(path, parts[2] ?? "?", loop, 3 + loopActors.indexOf(parts[2]), extra);
}

export function childrenOf(path) {
  if (path === "root") {
    return ["loop 0", "loop 1", ...listenerNames.map(name => `listener ${name}`), "auth", "sys"].map(name =>
      actorAt(`root/${name}`),
    );
  }
  const loop = path.match(/^root\/loop (\d)$/);
  if (loop) return loopActors.map(name => actorAt(`${path}/${name}`));
  const sessions = path.match(/^root\/loop (\d)\/sessions$/);
  return sessions ? sessionsOf(Number(sessions[1])).map(sessionActor) : [];
}

// --- the node --------------------------------------------------------------------------------------------------------

const wave = (at, slow, seed) => (Math.sin(at / slow + seed) + Math.sin(at / slow / 2.7 + seed * 3) + 2) / 4;

export function figures(at) {
  const busy = wave(at, 60_000, 1);
  return {
    connections: Math.floor(92_000 + wave(at, 900_000, 2) * 2_000),
    sessions: clients.size,
    received: 9_000 + busy * 2_500,
    sent: 18_500 + busy * 5_200,
    bytes_received: 2.1e6 + busy * 6e5,
    bytes_sent: 4.4e6 + busy * 1.2e6,
    connects: 14 + wave(at, 8_000, 5) * 9,
    disconnects: 13 + wave(at, 9_000, 6) * 9,
    latency_p50_us: 44 + busy * 12,
    latency_p95_us: 110 + busy * 60,
    latency_p99_us: 190 + wave(at, 20_000, 4) * 320,
    memory_bytes: 118e6 + wave(at, 2_000_000, 7) * 9e6,
    loop_0_busy: 0.31 + busy * 0.2,
    loop_1_busy: 0.27 + wave(at, 40_000, 8) * 0.22,
  };
}

export const history = path => faults.get(path) ?? [];
