// MQTT.js in Node, over WebSocket.
import {once} from "node:events";
import mqtt from "mqtt";
import WebSocket from "ws";
import {check_equal, run, soon, with_node} from "./harness.mjs";

// A connected client. Its messages wait in a queue until `next` takes them.
async function connect(node, options = {}) {
  const client = mqtt.connect(node.url, {protocolVersion: 5, reconnectPeriod: 0, ...options});
  const messages = [], waiting = [];
  client.on("message", (topic, payload, packet) => {
    const message = {topic, text: payload.toString(), payload, qos: packet.qos, retain: packet.retain, packet};
    if (waiting.length) waiting.shift()(message); else messages.push(message);
  });
  client.next = () => messages.length ? Promise.resolve(messages.shift())
    : soon(new Promise(resolve => waiting.push(resolve)), "a message");
  const [connack] = await soon(once(client, "connect"), "CONNACK");
  client.connack = connack;
  return client;
}

// The link breaks without DISCONNECT.
async function drop(client) {
  const closed = once(client, "close");
  client.stream.destroy();
  await soon(closed, "close");
}

const brief = ({text, qos, retain}) => [text, qos, retain];

await run({
  "every QoS and version there and back": () => with_node(async node => {
    for (const protocolVersion of [3, 4, 5]) {
      const client = await connect(node, {protocolVersion, protocolId: protocolVersion === 3 ? "MQIsdp" : "MQTT",
                                          clientId: `trip-${protocolVersion}`});
      await client.subscribeAsync(`trip/${protocolVersion}/#`, {qos: 2});
      for (const qos of [0, 1, 2]) {
        await client.publishAsync(`trip/${protocolVersion}/x`, `at ${qos}`, {qos});
        check_equal(brief(await client.next()), [`at ${qos}`, qos, false], `version ${protocolVersion}`);
      }
      await client.endAsync();
    }
  }),

  "a payload of a megabyte": () => with_node(async node => {
    const payload = Buffer.alloc(1 << 20, "troupe");
    const client = await connect(node);
    await client.subscribeAsync("large", {qos: 2});
    for (const qos of [0, 1, 2]) {
      await client.publishAsync("large", payload, {qos});
      check_equal((await client.next()).payload.equals(payload), true, `payload at QoS ${qos}`);
    }
    await client.endAsync();
  }),

  "a thousand messages in order": () => with_node(async node => {
    const client = await connect(node);
    await client.subscribeAsync("order", {qos: 1});
    const sent = Array.from({length: 1000}, (_, number) => client.publishAsync("order", `${number}`, {qos: 1}));
    for (let number = 0; number < 1000; ++number) check_equal((await client.next()).text, `${number}`, "message");
    await Promise.all(sent);
    await client.endAsync();
  }),

  "a session goes on after a broken link": () => with_node(async node => {
    const lasting = {clientId: "lasting", clean: false, properties: {sessionExpiryInterval: 60}};
    const first = await connect(node, lasting);
    check_equal(first.connack.sessionPresent, false, "session present at first");
    await first.subscribeAsync("to/lasting", {qos: 1});
    await drop(first);
    const other = await connect(node);
    for (let number = 0; number < 20; ++number) await other.publishAsync("to/lasting", `${number}`, {qos: 1});
    const again = await connect(node, lasting);
    check_equal(again.connack.sessionPresent, true, "session present");
    for (let number = 0; number < 20; ++number) check_equal((await again.next()).text, `${number}`, "message");
    await Promise.all([again.endAsync(), other.endAsync()]);
  }),

  "MQTT.js reconnects by itself": () => with_node(async node => {
    const client = await connect(node, {clientId: "restless", clean: false, reconnectPeriod: 50, resubscribe: false,
                                        properties: {sessionExpiryInterval: 60}});
    await client.subscribeAsync("to/restless", {qos: 1});
    const again = once(client, "connect");
    client.stream.destroy();
    const [connack] = await soon(again, "second CONNACK");
    check_equal(connack.sessionPresent, true, "session present");
    await client.publishAsync("to/restless", "still here", {qos: 1});
    check_equal((await client.next()).text, "still here", "message");
    await client.endAsync();
  }),

  "a second client takes over": () => with_node(async node => {
    const first = await connect(node, {clientId: "contested"});
    const told = once(first, "disconnect");
    const second = await connect(node, {clientId: "contested"});
    const [packet] = await soon(told, "DISCONNECT");
    check_equal(packet.reasonCode, 0x8E, "reason code");
    await second.endAsync();
  }),

  "a will comes when the link breaks": () => with_node(async node => {
    const watcher = await connect(node);
    await watcher.subscribeAsync("wills", {qos: 1});
    const mortal = await connect(node, {will: {topic: "wills", payload: "gone", qos: 1}});
    await drop(mortal);
    check_equal(brief(await watcher.next()), ["gone", 1, false], "the will");
    await watcher.endAsync();
  }),

  "properties pass through": () => with_node(async node => {
    const client = await connect(node);
    await client.subscribeAsync("full", {qos: 1, properties: {subscriptionIdentifier: 9}});
    await client.publishAsync("full", "x", {qos: 1, properties: {
      contentType: "text/plain", responseTopic: "answer", correlationData: Buffer.from([0, 1]),
      userProperties: {colour: ["red", "blue"]}, messageExpiryInterval: 100}});
    const {properties} = (await client.next()).packet;
    check_equal([properties.contentType, properties.responseTopic, [...properties.correlationData],
                 properties.userProperties.colour, properties.subscriptionIdentifier],
                ["text/plain", "answer", [0, 1], ["red", "blue"], 9], "properties");
    await client.endAsync();
  }),

  "topic aliases chosen by MQTT.js": () => with_node(async node => {
    const client = await connect(node, {autoUseTopicAlias: true, autoAssignTopicAlias: true,
                                        properties: {topicAliasMaximum: 10}});
    await client.subscribeAsync("alias/#");
    for (let number = 0; number < 60; ++number) {
      await client.publishAsync(`alias/${number % 20}`, `${number}`);
      const {topic, text} = await client.next();
      check_equal([topic, text], [`alias/${number % 20}`, `${number}`], "message");
    }
    await client.endAsync();
  }),

  "compressed WebSocket messages": () => with_node(async node => {
    let socket;
    const client = await connect(node, {createWebsocket: (url, protocols) =>
      socket = new WebSocket(url, protocols, {perMessageDeflate: {threshold: 0}})});
    check_equal(socket.extensions.includes("permessage-deflate"), true, "agreed");
    await client.subscribeAsync("dense", {qos: 1});
    for (const size of [0, 10, 1000, 1 << 20]) {
      await client.publishAsync("dense", "x".repeat(size), {qos: 1});
      check_equal((await client.next()).text.length, size, "size");
    }
    await client.endAsync();
  }, {"listeners.ws.websocket.deflate.enabled": true}),
});
