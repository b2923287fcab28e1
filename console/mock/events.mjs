// The stream of events: a WebSocket that is only written to.
import {createHash} from "node:crypto";

import * as world from "./world.mjs";

const kinds = ["client_connected", "client_disconnected", "client_connected", "client_taken_over", "actor_restarted"];
const ids = [...world.clients.keys()];
let last = 1_000;

function event() {
  const at = ++last;
  const client = ids[world.part(at, 40)];
  return {id: at, at: Date.now(), kind: kinds[at % kinds.length], client, address: "10.0.0.7:40000", text: "MQTT 5"};
}

/** A text of less than 64 KiB as one frame. */
function frame(text) {
  const body = Buffer.from(text);
  const size = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.of(0x81, ...size), body]);
}

export function streamEvents(request, socket) {
  const accept = createHash("sha1")
    .update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
    .digest("base64");
  const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
  const timer = setInterval(() => socket.write(frame(JSON.stringify(event()))), 700);
  socket.on("error", () => {});
  socket.on("close", () => clearInterval(timer));
  socket.on("data", () => socket.end()); // it has nothing to say but that it goes
}
