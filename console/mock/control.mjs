// Topics, retained messages, listeners, configuration, access: what the other pages call.
import * as world from "./world.mjs";

const gone = {status: 204};
const missing = {status: 404, body: {error: "There is no such thing here."}};
const all = items => ({items, next: null});
const ago = minutes => Date.now() - minutes * 60_000;

const retained = new Map(Array.from({length: 2400}, (_, index) => {
  const topic = index === 0 ? "plant/<b>bold</b>/x?&#" : `plant/${index % 8}/line/${index % 40}/state/${index}`;
  const payload = index === 1 ? Buffer.from([0, 255, 1, 254]) : Buffer.from(JSON.stringify({on: index % 2 === 0, value: index / 7}));
  return [topic, {topic, bytes: payload.length, qos: index % 3, expires_at: index % 5 ? null : Date.now() + 3.6e6, payload}];
}));
const withoutPayload = ({payload, ...rest}) => rest;

function page(items, query) {
  const first = Number(query.get("cursor") ?? 0);
  const limit = Math.min(1000, Number(query.get("limit") ?? 100));
  return {items: items.slice(first, first + limit), next: first + limit < items.length ? String(first + limit) : null};
}

function topics({query}) {
  const prefix = query.get("prefix") ?? "";
  const depth = prefix ? prefix.split("/").length : 0;
  const names = depth === 0 ? ["$SYS", "plant", "<script>alert(1)</script>"] : depth === 1 ? ["+", ..."01234567"]
    : depth === 2 ? ["line", "state"] : depth === 3 ? Array.from({length: 400}, (_, index) => String(index)) : ["state"];
  if (depth > 4) return all([]);
  return page(names.map((name, index) => ({name, topic: prefix ? `${prefix}/${name}` : name, children: depth < 4 && name[0] !== "<",
    subscriptions: depth * 40 + index, retained: depth === 4 || name[0] === "<"})), query);
}

function subscriptions({query}) {
  const [client, filter] = [query.get("client"), query.get("filter")];
  const from = client ? [world.clients.get(client)].filter(Boolean) : [...world.clients.values()].slice(0, 5000);
  return page(from.flatMap(world.filtersOf).filter(each => !filter || each.filter === filter), query);
}

function publish({body}) {
  if (/[+#]/.test(body.topic)) return {status: 400, body: {error: "A topic name has no wildcards."}};
  const answer = {receivers: 3};
  if (!body.follow) return answer;
  return {...answer, way: [
    {step: "received", actor: "root/loop 0/sessions/console", at_us: 0, text: "PUBLISH from the console"},
    {step: "routed", actor: "root/loop 0/shard", at_us: 18, text: "sent to the shard of its topic"},
    {step: "matched", actor: "root/loop 1/shard", at_us: 61, text: "4 subscriptions match"},
    {step: "delivered", actor: "root/loop 0/delivery", at_us: 92, text: "2 sessions of loop 0"},
    {step: "delivered", actor: "root/loop 1/delivery", at_us: 117, text: "2 sessions of loop 1"},
    {step: "answered", actor: "root/loop 0/sessions/console", at_us: 160, text: "PUBACK"},
  ], targets: [
    {client: "sensor-000421", outcome: "sent", text: "written to its link, acknowledged after 2.1 ms"},
    {client: "meter-000007", outcome: "queued", text: "it is away; 17 messages wait for it"},
    {client: "a/b c?&#", outcome: "sent", text: "written to its link"},
    {client: "<img src=x onerror=alert(1)>", outcome: "dropped", text: "its queue is full: drop_newest"},
  ]};
}

const listeners = [
  {name: "tcp", type: "tcp", bind: "0.0.0.0:1883", enabled: true, connections: 41_022, accepted: 912_004, refused: 122},
  {name: "tls", type: "tls", bind: "0.0.0.0:8883", enabled: true, connections: 20_310, accepted: 212_330, refused: 8_120},
  {name: "ws", type: "ws", bind: process.env.MQTT_WS ?? "0.0.0.0:8083", enabled: true, connections: 31_230, accepted: 610_233, refused: 4},
  {name: "wss", type: "wss", bind: "0.0.0.0:8084", enabled: false, connections: 0, accepted: 0, refused: 0},
];
function switched(on) {
  return ({captured}) => {
    const listener = listeners.find(each => each.name === captured[0]);
    if (!listener) return missing;
    listener.enabled = on;
    return {status: 202};
  };
}

const options = [
  ["admin.bind", "127.0.0.1:18083", "127.0.0.1:18083", "default", false, "Where the console listens."],
  ["debug.allow_fault_injection", true, false, "command line", false, "Whether actors may be crashed on purpose."],
  ["limits.inflight_max", 200, 100, "file", true, "Unacknowledged QoS 1 and 2 deliveries to one client."],
  ["limits.packet_bytes_max", "2MiB", "2MiB", "default", true, "Largest MQTT packet accepted, fixed header included."],
  ["limits.queue_overflow", "drop_newest", "drop_oldest", "console", true, "What happens when a queue is full."],
  ["log.level", "info", "info", "environment", true, "The least important lines that are written."],
  ["node.loops", 0, 0, "default", false, "Event loops, a thread each. 0: one per core."],
  ...Array.from({length: 160}, (_, index) => [`limits.example_${index}`, index, index, "default", index % 3 === 0, "An option among many."]),
].map(([name, value, usual, origin, changeable, description]) => ({name, value, default: usual, origin, changeable, description}));

function setOption({captured, body}) {
  const option = options.find(each => each.name === captured[0]);
  if (!option) return missing;
  if (option.name === "limits.inflight_max" && !(Number(body.value) > 0)) return {status: 400, body: {error: "limits.inflight_max is a number from 1 to 65535"}};
  Object.assign(option, {value: body.value, origin: "console"});
  return gone;
}

const users = [{name: "admin", role: "admin", last_login: ago(2)}, {name: "olga", role: "operator", last_login: ago(900)},
  {name: "victor", role: "viewer", last_login: null}];
const keys = [{name: "grafana", role: "viewer", created: ago(90_000), expires: ago(-300_000), last_used: ago(1)}];
const bans = [{id: 1, kind: "client", value: "<img src=x onerror=alert(1)>", reason: "floods", until: ago(-300), by: "admin", at: ago(20)},
  {id: 2, kind: "address", value: "192.0.2.0/24", reason: null, until: null, by: "olga", at: ago(2_000)}];
const traces = [{id: 1, kind: "client", value: "a/b c?&#", until: ago(-20), lines: 12}];
const audit = Array.from({length: 700}, (_, index) => ({id: 700 - index, at: ago(index * 7), who: index % 3 ? "admin" : "olga", address: "127.0.0.1",
  action: ["login", "client.kick", "config.set", "ban.add"][index % 4], target: index % 4 ? `target-${index}` : "", outcome: index % 9 ? "done" : "refused"}));
let last = 10;

function add(list, make) {
  return ({body}) => { list.unshift(make(body)); return {status: 201, body: list[0]}; };
}
function remove(list, key) {
  return ({captured}) => {
    const place = list.findIndex(each => String(each[key]) === captured[0]);
    if (place < 0) return missing;
    list.splice(place, 1);
    return gone;
  };
}

function lines({captured, query}) {
  const trace = traces.find(each => String(each.id) === captured[0]);
  if (!trace) return missing;
  trace.lines += 2;
  const items = Array.from({length: Math.min(trace.lines, 5000)}, (_, index) => ({at: trace.from ? trace.from + index * 500 : ago(10) + index * 500,
    client: trace.kind === "client" ? trace.value : "sensor-000421", direction: index % 2 ? "out" : "in",
    text: index % 2 ? "PUBACK id 7, 0x00" : `PUBLISH plant/3/line/${index}/state, QoS 1, id 7, 212 bytes`}));
  return page(items, query);
}

export const control = [
  ["GET", "/topics", "viewer", topics],
  ["GET", "/subscriptions", "viewer", subscriptions],
  ["GET", "/retained", "viewer", ({query}) => page([...retained.values()].filter(each =>
    each.topic.startsWith(query.get("prefix") ?? "")).map(withoutPayload), query)],
  ["GET", "/retained/{}", "viewer", ({captured}) => {
    const found = retained.get(captured[0]);
    return found ? {...found, payload: found.payload.toString("base64")} : missing;
  }],
  ["DELETE", "/retained/{}", "operator", ({captured}) => (retained.delete(captured[0]) ? gone : missing)],
  ["POST", "/publish", "operator", publish],
  ["GET", "/listeners", "viewer", () => all(listeners)],
  ["POST", "/listeners/{}/start", "admin", switched(true)],
  ["POST", "/listeners/{}/stop", "admin", switched(false)],
  ["GET", "/config", "viewer", ({query}) => page(options, query)],
  ["PUT", "/config/{}", "admin", setOption],
  ["GET", "/bans", "viewer", () => all(bans)],
  ["POST", "/bans", "operator", add(bans, body => ({id: ++last, ...body, until: body.seconds ? Date.now() + body.seconds * 1000 : null, by: "admin", at: Date.now()}))],
  ["DELETE", "/bans/{}", "operator", remove(bans, "id")],
  ["GET", "/traces", "viewer", () => all(traces)],
  ["POST", "/traces", "operator", add(traces, body => ({id: ++last, kind: body.kind, value: body.value, until: Date.now() + body.seconds * 1000, lines: 0, from: Date.now()}))],
  ["DELETE", "/traces/{}", "operator", remove(traces, "id")],
  ["GET", "/traces/{}/lines", "viewer", lines],
  ["GET", "/users", "admin", () => all(users)],
  ["POST", "/users", "admin", add(users, body => ({name: body.name, role: body.role, last_login: null}))],
  ["PUT", "/users/{}", "admin", ({captured, body}) => {
    const user = users.find(each => each.name === captured[0]);
    if (!user) return missing;
    user.role = body.role ?? user.role;
    return gone;
  }],
  ["DELETE", "/users/{}", "admin", remove(users, "name")],
  ["GET", "/api-keys", "admin", () => all(keys)],
  ["POST", "/api-keys", "admin", ({body}) => {
    keys.unshift({name: body.name, role: body.role, created: Date.now(), expires: body.days ? Date.now() + body.days * 864e5 : null, last_used: null});
    return {status: 201, body: {key: "an-example-of-a-key-" + body.name}};
  }],
  ["DELETE", "/api-keys/{}", "admin", remove(keys, "name")],
  ["GET", "/audit", "admin", ({query}) => page(audit, query)],
];
