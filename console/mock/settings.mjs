// Listeners, configuration, traces, bans, who may log in.
import {accepted, ago, all, gone, missing, paged} from "./answers.mjs";

const listeners = [
  {name: "tcp", type: "tcp", bind: "0.0.0.0:1883", enabled: true, connections: 41_022, accepted: 912_004, refused: 122},
  {
    name: "tls",
    type: "tls",
    bind: "0.0.0.0:8883",
    enabled: true,
    connections: 20_310,
    accepted: 212_330,
    refused: 8_120,
  },
  {
    name: "ws",
    type: "ws",
    bind: process.env.MQTT_WS ?? "0.0.0.0:8083",
    enabled: true,
    connections: 31_230,
    accepted: 610_233,
    refused: 4,
  },
  {name: "wss", type: "wss", bind: "0.0.0.0:8084", enabled: false, connections: 0, accepted: 0, refused: 0},
];
function switched(on) {
  return ({captured}) => {
    const listener = listeners.find(each => each.name === captured[0]);
    if (!listener) return missing;
    listener.enabled = on;
    return accepted;
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
  ...Array.from({length: 160}, (_, index) => [
    `limits.example_${index}`,
    index,
    index,
    "default",
    index % 3 === 0,
    "An option among many.",
  ]),
].map(([name, value, usual, origin, changeable, description]) => ({
  name,
  value,
  default: usual,
  origin,
  changeable,
  description,
}));

function setOption({captured, body}) {
  const option = options.find(each => each.name === captured[0]);
  if (!option) return missing;
  if (option.name === "limits.inflight_max" && !(Number(body.value) > 0))
    return {status: 400, body: {error: "limits.inflight_max is a number from 1 to 65535"}};
  Object.assign(option, {value: body.value, origin: "console"});
  return gone;
}

const users = [
  {name: "admin", role: "admin", last_login: ago(2)},
  {name: "olga", role: "operator", last_login: ago(900)},
  {name: "victor", role: "viewer", last_login: null},
];
const keys = [{name: "grafana", role: "viewer", created: ago(90_000), expires: ago(-300_000), last_used: ago(1)}];
const bans = [
  {
    id: 1,
    kind: "client",
    value: "<img src=x onerror=alert(1)>",
    reason: "floods",
    until: ago(-300),
    by: "admin",
    at: ago(20),
  },
  {id: 2, kind: "address", value: "192.0.2.0/24", reason: null, until: null, by: "olga", at: ago(2_000)},
];
const traces = [
  {id: 1, kind: "client", value: "a/b c?&#", until: ago(-20), lines: 12, running: true, by: "olga", lost: 0},
];
const audit = Array.from({length: 700}, (_, index) => ({
  id: 700 - index,
  at: ago(index * 7),
  who: index % 3 ? "admin" : "olga",
  address: "127.0.0.1",
  action: ["login", "client.kick", "config.set", "ban.add"][index % 4],
  target: index % 4 ? `target-${index}` : "",
  outcome: index % 9 ? "done" : "refused",
}));
let last = 10;

function add(list, make) {
  return ({body}) => {
    list.unshift(make(body));
    return {status: 201, body: list[0]};
  };
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
  if (trace.running) trace.lines += 2;
  const items = Array.from({length: Math.min(trace.lines, 5000)}, (_, index) => ({
    at: trace.from ? trace.from + index * 500 : ago(10) + index * 500,
    client: trace.kind === "client" ? trace.value : "sensor-000421",
    direction: index % 2 ? "out" : "in",
    text: index % 2 ? "PUBACK id 7, 0x00" : `PUBLISH plant/3/line/${index}/state, QoS 1, id 7, 212 bytes`,
  }));
  return {...paged(items, query), end: String(items.length), lost: 0, running: trace.running};
}

/** One that runs ends, one that has ended is forgotten. */
function endTrace(asked) {
  const trace = traces.find(each => String(each.id) === asked.captured[0]);
  if (!trace?.running) return remove(traces, "id")(asked);
  trace.running = false;
  return gone;
}

export const settingsRoutes = [
  ["GET", "/listeners", "viewer", () => all(listeners)],
  ["POST", "/listeners/{}/start", "admin", switched(true)],
  ["POST", "/listeners/{}/stop", "admin", switched(false)],
  ["GET", "/config", "viewer", ({query}) => paged(options, query)],
  ["PUT", "/config/{}", "admin", setOption],
  ["GET", "/bans", "viewer", () => all(bans)],
  [
    "POST",
    "/bans",
    "operator",
    add(bans, body => ({
      id: ++last,
      ...body,
      until: body.seconds ? Date.now() + body.seconds * 1000 : null,
      by: "admin",
      at: Date.now(),
    })),
  ],
  ["DELETE", "/bans/{}", "operator", remove(bans, "id")],
  ["GET", "/traces", "viewer", () => all(traces)],
  [
    "POST",
    "/traces",
    "operator",
    add(traces, body => ({
      id: ++last,
      kind: body.kind,
      value: body.value,
      until: Date.now() + body.seconds * 1000,
      lines: 0,
      running: true,
      by: "admin",
      lost: 0,
      from: Date.now(),
    })),
  ],
  ["DELETE", "/traces/{}", "operator", endTrace],
  ["GET", "/traces/{}/lines", "viewer", lines],
  ["GET", "/users", "admin", () => all(users)],
  ["POST", "/users", "admin", add(users, body => ({name: body.name, role: body.role, last_login: null}))],
  [
    "PUT",
    "/users/{}",
    "admin",
    ({captured, body}) => {
      const user = users.find(each => each.name === captured[0]);
      if (!user) return missing;
      user.role = body.role ?? user.role;
      return gone;
    },
  ],
  ["DELETE", "/users/{}", "admin", remove(users, "name")],
  ["GET", "/api-keys", "admin", () => all(keys)],
  [
    "POST",
    "/api-keys",
    "admin",
    ({body}) => {
      keys.unshift({
        name: body.name,
        role: body.role,
        created: Date.now(),
        expires: body.days ? Date.now() + body.days * 864e5 : null,
        last_used: null,
      });
      return {status: 201, body: {key: "an-example-of-a-key-" + body.name}};
    },
  ],
  ["DELETE", "/api-keys/{}", "admin", remove(keys, "name")],
  ["GET", "/audit", "admin", ({query}) => paged(audit, query)],
];
