// Figures, texts of clients, CSV, payloads, addresses: what the page makes of what it is told.
import assert from "node:assert/strict";

import {load, run} from "./harness.mjs";

const format = await load("lib/format.ts");
const {csvLine} = await load("lib/save.ts");
const payload = await load("lib/payload.ts");
const {segment, textOf} = await load("lib/segment.ts");
const {urlOf} = await load("pages/websocket/address.ts");

const bytesOf = text => new TextEncoder().encode(text);
const listener = (type, bind, paths) => ({type, bind, paths});

await run("console texts", {
  "what is not known is a dash": () => {
    for (const name of ["count", "bytes", "rate", "percent", "microseconds", "duration", "dateTime", "ago", "plain"]) {
      assert.equal(format[name](null), "–", name);
      assert.equal(format[name](undefined), "–", name);
    }
  },
  "sizes have binary units": () => {
    assert.equal(format.bytes(1023), "1,023 B");
    assert.equal(format.bytes(1536), "1.5 KiB");
    assert.equal(format.bytes(118 * 1024 * 1024), "118 MiB");
  },
  "durations have their two largest units": () => {
    assert.equal(format.duration(0), "0 s");
    assert.equal(format.duration(59), "59 s");
    assert.equal(format.duration(3600 + 61), "1 h 1 min");
    assert.equal(format.duration(86_400 * 9 + 5), "9 d");
  },
  "a share that is hardly there is not zero": () => {
    assert.equal(format.percent(0.0001), "<0.1 %");
    assert.equal(format.percent(0), "0 %");
    assert.equal(format.percent(0.425), "42.5 %");
  },
  "a session's expiry has a longest and a shortest": () => {
    assert.equal(format.expiry(0xffffffff), "never");
    assert.equal(format.expiry(0), "with the connection");
  },
  "what turns text around or hides in it is seen": () => {
    assert.equal(format.visible("\u202egnp.exe"), "\\u202egnp.exe");
    assert.equal(format.visible("a\u0000b\u200bc"), "a\\u0000b\\u200bc");
    assert.equal(format.visible("zähler/温度 <b>"), "zähler/温度 <b>");
  },
  "CSV quotes what needs it": () => {
    assert.equal(csvLine(["a", 'b"c', "d,e", 1, null, true]), 'a,"b""c","d,e",1,,true\r\n');
  },
  "CSV starts no formula": () => {
    assert.equal(csvLine(["=1+1", "@x", "-y", "+z", -5]), "'=1+1,'@x,'-y,'+z,-5\r\n");
  },
  "payloads are JSON, text or bytes": () => {
    assert.equal(payload.asJson(bytesOf('{"a":1}')), '{\n  "a": 1\n}');
    assert.equal(payload.asJson(bytesOf("hello")), undefined);
    assert.equal(payload.asText(Uint8Array.of(0, 255)), undefined);
    assert.equal(payload.asHex(bytesOf("AB\n")), `000000  41 42 0a${" ".repeat(39)}  AB.`);
    assert.deepEqual(payload.fromBase64("AP8="), Uint8Array.of(0, 255));
  },
  "every text is one segment of an address, those that browsers drop, too": () => {
    for (const text of ["a/b", "..", ".", "...", "..;", ";", "100%", "", "ä?#&"]) {
      const {pathname} = new URL("http://node/clients/" + segment(text));
      assert.equal(textOf(pathname.slice("/clients/".length)), text, text);
    }
    assert.equal(textOf("100%"), "100%");
  },
  "a listener on every address is where the page came from": () => {
    assert.equal(urlOf(listener("ws", "0.0.0.0:8083", ["/mqtt"]), "broker.example"), "ws://broker.example:8083/mqtt");
    assert.equal(urlOf(listener("wss", "[::]:8084"), "broker.example"), "wss://broker.example:8084/mqtt");
    assert.equal(urlOf(listener("ws", "127.0.0.1:1", ["/x"]), "localhost"), "ws://localhost:1/x");
    assert.equal(urlOf(listener("ws", "192.0.2.7:8083"), "broker.example"), "ws://192.0.2.7:8083/mqtt");
  },
});
