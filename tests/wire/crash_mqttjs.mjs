// Two durable clients of MQTT.js for the crash test: one publishes, one receives. Its own stores keep what is in flight
// when the broker dies, and it reconnects by itself; here is only told what it says.
//
// Driven by lines on standard input:                       Tells, one line each:
//     connect URL FILTER...                                    connected jp|js SESSION_PRESENT
//     publish TOPIC PLACE QOS FIRST_NUMBER COUNT SIZE          acked PLACE NUMBER
//     away, back (the receiver), cut (both links)              got PLACE NUMBER QOS
//                                                              damaged TOPIC
import {createInterface} from "node:readline";
import mqtt from "mqtt";

const spread = 1009, head_size = 16;
const block = Buffer.from(Uint8Array.from({length: 24 * 1024}, (_, index) => (index * index * 7 + index) & 255));

// Payloads as crash_body.py makes them.
function build(place, number, size) {
  const head = Buffer.alloc(head_size);
  head.writeBigUInt64BE(BigInt(number));
  head.writeUInt32BE(place, 8);
  head.writeUInt32BE(size, 12);
  const start = number % spread;
  return Buffer.concat([head, block.subarray(start, start + Math.max(0, size - head_size))]);
}

function read(payload) {
  if (payload.length < head_size) return null;
  const number = Number(payload.readBigUInt64BE()), place = payload.readUInt32BE(8), size = payload.readUInt32BE(12);
  return payload.equals(build(place, number, size)) ? {place, number} : null;
}

const tell = (...words) => process.stdout.write(words.join(" ") + "\n");

function durable(url, name, protocolVersion) {
  const client = mqtt.connect(url, {
    clientId: name, protocolVersion, clean: false, reconnectPeriod: 10, connectTimeout: 30_000, keepalive: 0,
    resubscribe: false, incomingStore: new mqtt.Store({clean: false}), outgoingStore: new mqtt.Store({clean: false}),
    properties: protocolVersion === 5 ? {sessionExpiryInterval: 86_400} : undefined,
  });
  client.on("connect", packet => tell("connected", name, packet.sessionPresent ? 1 : 0));
  client.on("error", () => {});  // nobody listens while the broker is dead
  return client;
}

let publisher, receiver, filters;

function subscribe() {
  receiver.subscribe(filters, {qos: 2}, (error, granted) => {
    if (error) subscribe();
    else tell("subscribed", ...granted.map(each => each.qos));
  });
}

const commands = {
  connect(url, ...wanted) {
    filters = wanted;
    publisher = durable(url, "jp", 4);
    receiver = durable(url, "js", 5);
    receiver.on("connect", packet => { if (!packet.sessionPresent) subscribe(); });
    receiver.on("message", (topic, payload, packet) => {
      const message = read(payload);
      if (message) tell("got", message.place, message.number, packet.qos);
      else tell("damaged", topic);
    });
  },
  publish(topic, place, qos, first, count, size) {
    for (let number = +first; number < +first + +count; ++number)
      publisher.publish(topic, build(+place, number, +size), {qos: +qos}, error => {
        if (error) tell("refused", place, number);
        else tell("acked", place, number);
      });
  },
  cut() {
    publisher.stream?.destroy();
    receiver.stream?.destroy();
  },
  away() {
    receiver.stream?.destroy();
    receiver.end(true);
  },
  back() { receiver.reconnect({incomingStore: receiver.incomingStore, outgoingStore: receiver.outgoingStore}); },
};

createInterface(process.stdin).on("line", line => {
  const [name, ...words] = line.split(" ");
  commands[name](...words);
}).on("close", () => process.exit(0));
