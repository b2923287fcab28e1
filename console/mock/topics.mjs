// Topics, subscriptions, retained messages, publishing.
import {all, gone, missing, paged} from "./answers.mjs";
import * as world from "./world.mjs";

const retained = new Map(
  Array.from({length: 2400}, (_, index) => {
    const topic = index === 0 ? "plant/<b>bold</b>/x?&#" : `plant/${index % 8}/line/${index % 40}/state/${index}`;
    const payload =
      index === 1
        ? Buffer.from([0, 255, 1, 254])
        : Buffer.from(JSON.stringify({on: index % 2 === 0, value: index / 7}));
    return [
      topic,
      {
        topic,
        bytes: payload.length,
        qos: index % 3,
        since: index % 4 ? Date.now() - index * 60_000 : null,
        expires_at: index % 5 ? null : Date.now() + 3.6e6,
        payload,
        content_type: index % 2 ? null : "application/json",
        payload_is_cut: false,
        response_topic: null,
        user_properties: index % 3 ? [] : [{name: "<b>unit</b>", value: "m/s"}],
      },
    ];
  }),
);
const withoutPayload = ({topic, bytes, qos, since, expires_at}) => ({topic, bytes, qos, since, expires_at});

function deleteAll({query}) {
  const prefix = query.get("prefix");
  if (!prefix) return {status: 400, body: {error: "`prefix` is missing."}};
  const found = [...retained.keys()].filter(topic => topic.startsWith(prefix)).slice(0, 500);
  for (const topic of found) retained.delete(topic);
  return {removed: found.length, more: found.length === 500};
}

function topics({query}) {
  const prefix = query.get("prefix") ?? "";
  const depth = prefix ? prefix.split("/").length : 0;
  const names =
    depth === 0
      ? ["$SYS", "plant", "<script>alert(1)</script>"]
      : depth === 1
        ? ["+", ..."01234567"]
        : depth === 2
          ? ["line", "state"]
          : depth === 3
            ? Array.from({length: 400}, (_, index) => String(index))
            : ["state"];
  if (depth > 4) return all([]);
  return paged(
    names.map((name, index) => ({
      name,
      topic: prefix ? `${prefix}/${name}` : name,
      children: depth < 4 && name[0] !== "<",
      subscriptions: depth * 40 + index,
      retained: depth === 4 || name[0] === "<" ? 1 : (4 - depth) * 300,
      rate: (5 - depth) * (1 + (index % 7)) * (1 + Math.sin(Date.now() / 3000 + index) / 3),
    })),
    query,
  );
}

function subscriptions({query}) {
  const [client, filter] = [query.get("client"), query.get("filter")];
  const from = client ? [world.clients.get(client)].filter(Boolean) : [...world.clients.values()].slice(0, 5000);
  return paged(
    from.flatMap(world.filtersOf).filter(each => !filter || each.filter === filter),
    query,
  );
}

function publish({body}) {
  if (/[+#]/.test(body.topic)) return {status: 400, body: {error: "A topic name has no wildcards."}};
  const answer = {receivers: 3};
  if (!body.follow) return answer;
  return {
    ...answer,
    way: [
      {step: "received", actor: "root/loop 0/sessions/console", at_us: 0, text: "PUBLISH from the console"},
      {step: "routed", actor: "root/loop 0/shard", at_us: 18, text: "sent to the shard of its topic"},
      {step: "matched", actor: "root/loop 1/shard", at_us: 61, text: "4 subscriptions match"},
      {step: "delivered", actor: "root/loop 0/delivery", at_us: 92, text: "2 sessions of loop 0"},
      {step: "delivered", actor: "root/loop 1/delivery", at_us: 117, text: "2 sessions of loop 1"},
      {step: "answered", actor: "root/loop 0/sessions/console", at_us: 160, text: "PUBACK"},
    ],
    targets: [
      {client: "sensor-000421", outcome: "sent", text: "written to its link, acknowledged after 2.1 ms"},
      {client: "meter-000007", outcome: "queued", text: "it is away; 17 messages wait for it"},
      {client: "a/b c?&#", outcome: "sent", text: "written to its link"},
      {client: "<img src=x onerror=alert(1)>", outcome: "dropped", text: "its queue is full: drop_newest"},
    ],
    targets_left_out: 0,
    settled: true,
    ...(body.client && {why: {client: body.client, text: "None of its subscriptions matches."}}),
  };
}

export const topicRoutes = [
  ["GET", "/topics", "viewer", topics],
  ["GET", "/subscriptions", "viewer", subscriptions],
  [
    "GET",
    "/retained",
    "viewer",
    ({query}) =>
      paged(
        [...retained.values()].filter(each => each.topic.startsWith(query.get("prefix") ?? "")).map(withoutPayload),
        query,
      ),
  ],
  [
    "GET",
    "/retained/{}",
    "viewer",
    ({captured}) => {
      const found = retained.get(captured[0]);
      return found ? {...found, payload: found.payload.toString("base64")} : missing;
    },
  ],
  ["DELETE", "/retained", "operator", deleteAll],
  ["DELETE", "/retained/{}", "operator", ({captured}) => (retained.delete(captured[0]) ? gone : missing)],
  ["POST", "/publish", "operator", publish],
];
