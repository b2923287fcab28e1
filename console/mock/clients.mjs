// Clients and what is done to them.
import {gone, missing, paged} from "./answers.mjs";
import * as world from "./world.mjs";

function listClients({query}) {
  const wanted = name => query.get(name);
  const items = [...world.clients.values()].filter(
    each =>
      (!wanted("id_prefix") || each.id.startsWith(wanted("id_prefix"))) &&
      (!wanted("user") || each.user === wanted("user")) &&
      (!wanted("address") || each.address?.startsWith(wanted("address"))) &&
      (!wanted("listener") || each.listener === wanted("listener")) &&
      (!wanted("protocol") || each.protocol === wanted("protocol")) &&
      (!wanted("connected") || String(each.connected) === wanted("connected")),
  );
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
  ...world.told(client),
  queue_bytes: client.queued * 210,
  waiting_bytes: 0,
  restarts: client.restarts,
  memory: {
    total: 1_020 + client.queued * 280,
    record: 420,
    queue: client.queued * 280,
    in_flight: client.in_flight * 90,
    subscriptions: client.subscriptions * 70,
    link: 310,
    output: 0,
  },
  subscription_list: world.filtersOf(client),
  in_flight_list: Array.from({length: client.in_flight}, (_, place) => ({
    packet_id: 40 + place,
    qos: 1 + (place % 2),
    topic: `plant/3/line/${place}/state`,
    state: place % 2 ? "waits for PUBCOMP" : "waits for PUBACK",
  })),
  will:
    client.index % 2 ? null : {topic: `plant/gone/${client.id}`, qos: 1, retain: true, delay_seconds: 30, bytes: 12},
}));

function cut(client, {query}) {
  if (query.get("session") === "true") world.clients.delete(client.id);
  else Object.assign(client, {connected: false, disconnected_at: Date.now(), address: null});
  return gone;
}

function events(client) {
  const left = client.disconnected_at ?? Date.now() - 5_000_000;
  return [
    ...(client.connected
      ? []
      : [
          {
            id: 5,
            at: left,
            kind: "client_taken_over",
            client: client.id,
            address: "10.2.0.14:41022",
            text: "Another connection of the same client id, from 192.0.2.77:50211, took over.",
            reason_code: 0x8e,
            close_code: 1000,
          },
        ]),
    {
      id: 4,
      at: left - 4_000,
      kind: "actor_restarted",
      client: client.id,
      text: "Its session's actor was started again.",
    },
    {id: 3, at: left - 4_010, kind: "actor_failed", client: client.id, text: "bad_alloc in the handler of deliver"},
    {
      id: 2,
      at: left - 90_000,
      kind: "client_connected",
      client: client.id,
      address: "10.2.0.14:41022",
      text: "MQTT 5, keep alive 60 s",
    },
    {
      id: 1,
      at: left - 95_000,
      kind: "client_refused",
      client: client.id,
      address: "10.2.0.14:41020",
      text: "Wrong password",
      reason_code: 0x86,
    },
  ];
}

const autopsy = withClient(client => ({
  client: client.id,
  connected: client.connected,
  events: events(client),
  sentences: client.connected
    ? ["It is connected."]
    : [
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

export const clientRoutes = [
  ["GET", "/clients", "viewer", listClients],
  ["DELETE", "/clients", "operator", removeDisconnected],
  ["GET", "/clients/{}", "viewer", oneClient],
  ["DELETE", "/clients/{}", "operator", withClient(cut)],
  [
    "POST",
    "/clients/{}/subscriptions",
    "operator",
    withClient(client => {
      ++client.subscriptions;
      return gone;
    }),
  ],
  [
    "DELETE",
    "/clients/{}/subscriptions",
    "operator",
    withClient(client => {
      --client.subscriptions;
      return gone;
    }),
  ],
  ["GET", "/clients/{}/events", "viewer", withClient((client, {query}) => paged(events(client), query))],
  ["GET", "/clients/{}/autopsy", "viewer", autopsy],
];
