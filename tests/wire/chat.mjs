// examples/chat.html in headless Chromium: two tabs talk through a node.
import path from "node:path";
import {pathToFileURL} from "node:url";
import fs from "node:fs";
import os from "node:os";
import {chromium} from "playwright-core";
import {check_equal, root, run, with_node} from "./harness.mjs";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const deadline = 30_000;

// The page as `./dev run` leaves it: MQTT.js beside it. A copy, in case that has not run here yet.
function page_with_mqttjs() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "troupe-chat-"));
  fs.copyFileSync(path.join(root, "examples/chat.html"), path.join(folder, "chat.html"));
  fs.mkdirSync(path.join(folder, "node_modules"));
  fs.symlinkSync(path.join(root, "tests/wire/node_modules/mqtt"), path.join(folder, "node_modules/mqtt"));
  return {folder, url: pathToFileURL(path.join(folder, "chat.html")).href};
}

async function with_browser(use) {
  const page = page_with_mqttjs();
  const browser = await chromium.launch({executablePath: "/usr/bin/chromium", args: flags});
  try {
    await use(await browser.newContext(), page.url);
  } finally {
    await browser.close();
    fs.rmSync(page.folder, {recursive: true});
  }
}

async function join(context, page_url, node, name) {
  const page = await context.newPage();
  page.setDefaultTimeout(deadline);
  page.on("pageerror", error => { throw error; });
  await page.goto(`${page_url}?url=${encodeURIComponent(node.url)}&name=${name}&room=test`);
  await page.click("#join button");
  await page.waitForSelector("#status[data-state=online]");
  return page;
}

async function say(page, text) {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

const hears = (page, text) => page.waitForSelector(`#messages li:has-text("${text}")`);
const is_alone = page => page.waitForFunction(() => document.querySelectorAll("#people li").length === 1);
const people = page => page.$$eval("#people li .name", all => all.map(each => each.textContent));

await run({
  "two tabs talk": () => with_node(node => with_browser(async (context, url) => {
    const ann = await join(context, url, node, "Ann");
    const bob = await join(context, url, node, "Bob");
    await hears(ann, "Bob came in");
    await bob.waitForFunction(() => document.querySelectorAll("#people li").length === 2);
    check_equal(await people(bob), ["Ann", "Bob"], "who is there");
    await say(ann, "Hello from Ann");
    await hears(bob, "Hello from Ann");
    await hears(ann, "Hello from Ann");
    await say(bob, "Hello from Bob, <b>ünï</b> 🎭");
    await hears(ann, "Hello from Bob, <b>ünï</b> 🎭");
    await bob.click("#leave");
    await hears(ann, "Bob left");
    await is_alone(ann);
  })),

  "a reload brings the room back, and what was said meanwhile": () => with_node(node =>
    with_browser(async (context, url) => {
      const ann = await join(context, url, node, "Ann");
      const bob = await join(context, url, node, "Bob");
      await say(ann, "before");
      await hears(bob, "before");
      await bob.goto("about:blank");
      await say(ann, "meanwhile");
      await hears(ann, "meanwhile");
      await bob.goBack();
      await hears(bob, "before");
      await hears(bob, "meanwhile");
    })),

  "a closed tab leaves the room by its will": () => with_node(node => with_browser(async (context, url) => {
    const ann = await join(context, url, node, "Ann");
    const bob = await join(context, url, node, "Bob");
    await hears(ann, "Bob came in");
    await bob.close();
    await hears(ann, "Bob left");
    await is_alone(ann);
  })),
});
