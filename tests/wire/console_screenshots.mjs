// Every page as a picture: light and dark, wide and as narrow as a telephone.
import {mkdirSync} from "node:fs";
import path from "node:path";
import {go_to, log_in} from "./console_access.mjs";
import {connect, newest} from "./console_websocket.mjs";
import {deed, open_page, until} from "./console_browser.mjs";

const widths = [1280, 400];
const usual_height = 800;
const heights = {overview: 1400, client: 1040, autopsy: 900};  // what scrolls otherwise
const samples_wanted = 45;

async function show_actor(page) {
  await go_to(page, "Actors");
  for (const name of ["loop 0", "sessions"])
    await page.getByRole("button", {name: `Expand ${name}`}).first().click({timeout: 2000}).catch(() => {});
  await page.getByLabel("Client id begins with").fill("hall-3/scale");
  await page.getByRole("button", {name: "Find", exact: true}).click();
  await page.getByRole("complementary", {name: "Actor"}).getByRole("heading", {name: "hall-3/scale"}).waitFor();
}

async function show_talk(page) {
  await go_to(page, "WebSocket client");
  const [ann, bob] = [await connect(page, "ann"), await connect(page, "bob")];
  await ann.getByLabel("Topic filter").fill("hall-3/line/#");
  await ann.getByRole("button", {name: "Subscribe", exact: true}).click();
  await ann.getByRole("button", {name: "Unsubscribe from hall-3/line/#"}).waitFor();
  await bob.getByLabel("Topic", {exact: true}).fill("hall-3/line/speed");
  for (const speed of ["0.8 m/s", "1.1 m/s"]) {
    await bob.getByLabel("Payload").fill(speed);
    await bob.getByRole("button", {name: "Publish", exact: true}).click();
    await newest(ann).getByText(speed).waitFor();
  }
}

async function show_topics(page) {
  await page.goto("/topics");
  const tree = page.getByRole("treegrid", {name: "Topic tree"});
  for (const name of ["hall-1", "belt", "hall-3", "line"])
    await tree.getByRole("button", {name: `Expand ${name}`}).click();
  await tree.getByText("recipe", {exact: true}).click();
  await until(() => tree.getByText(/^[1-9]\S*\/s$/).count(), "a rate");
}

async function show_trace(page) {
  await go_to(page, "Traces");
  const form = page.getByRole("form", {name: "Start a trace"});
  await form.getByLabel("Trace by").selectOption("topic");
  await form.getByLabel("Value").fill("hall-1/#");
  await form.getByRole("button", {name: "Start"}).click();
  await until(() => page.getByRole("log", {name: "Trace"}).getByText(/PUBLISH/).count(), "lines of it");
  await page.getByRole("button", {name: "Stop hall-1/#"}).click();
  await page.getByText("stopped", {exact: true}).waitFor();
}

async function show_way(page) {
  await page.goto("/topics?tab=Follow a message&topic=hall-3/line/speed");
  await page.getByLabel("Payload").fill("1.2 m/s");
  await page.getByLabel("Explain it for the client").fill("hall-1/press");
  await page.getByRole("button", {name: "Publish and follow"}).click();
  await page.getByRole("table", {name: "Who got it"}).getByRole("link").first().waitFor();
}

async function show_bans(page) {
  await page.goto("/settings?tab=Bans");
  const form = page.getByRole("form", {name: "Ban"});
  for (const [kind, value, reason] of [["client", "hall-9/pump", "connects twice a second"],
                                       ["address", "192.0.2.0/24", "guesses passwords"]]) {
    await form.getByLabel("Ban a").selectOption(kind);
    await form.getByLabel("Value").fill(value);
    await form.getByLabel("Reason").fill(reason);
    await form.getByRole("button", {name: "Ban", exact: true}).click();
    await page.getByRole("table", {name: "Bans"}).getByText(value).waitFor();
  }
}

const at = (target, ready) => async page => {
  await page.goto(target);
  await ready(page).first().waitFor();
};
const tab = name => page => page.getByRole("tab", {name, exact: true, selected: true});

// What is taken, in this order.
const pictures = {
  actors: show_actor,
  clients: at("/clients", page => page.getByRole("table", {name: "Clients"}).getByRole("link")),
  client: at("/clients/" + encodeURIComponent("hall-3/scale"), page => page.getByText("hall-3/#")),
  autopsy: at("/clients/gate-east", page => page.getByRole("region", {name: "Autopsy"}).getByRole("listitem")),
  listeners: at("/settings", page => page.getByRole("table", {name: "Listeners"})),
  configuration: at("/settings?tab=Configuration", page => page.getByRole("table", {name: "Configuration"})),
  users: at("/settings?tab=Users", page => page.getByRole("table", {name: "Users"})),
  keys: at("/settings?tab=API keys", tab("API keys")),
  audit: at("/settings?tab=Audit log", page => page.getByRole("table", {name: "Audit log"})),
  topics: show_topics,
  subscriptions: at("/topics?tab=Subscriptions", page => page.getByRole("table", {name: "Subscriptions"})),
  retained: at("/topics?tab=Retained&prefix=hall-3", page => page.getByRole("button", {name: /^Read hall-3/})),
  websocket: show_talk,
  way: show_way,
  traces: show_trace,
  bans: show_bans,
};

async function take(page, folder, name) {
  for (const width of widths)
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({colorScheme, reducedMotion: "reduce"});
      await page.setViewportSize({width, height: heights[name] ?? usual_height});
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
      await page.screenshot({path: path.join(folder, `${name}-${colorScheme}-${width}.png`)});
    }
  await page.setViewportSize({width: widths[0], height: usual_height});
}

// The Overview's curves need some time of traffic: the node's own record of it tells how much there is.
const has_history = page => until(() => page.evaluate(async wanted => {
  const answer = await fetch("/api/v1/metrics/history?names=connections&minutes=10");
  const {series} = await answer.json();
  return series.connections.filter(value => value !== null).length >= wanted;
}, samples_wanted), "enough of history", 120_000);

export async function take_screenshots(browser, url, password, folder) {
  mkdirSync(folder, {recursive: true});
  await deed("fleet");
  const page = await open_page(browser, {baseURL: url});
  await page.goto("/login");
  await page.getByRole("heading", {name: "Log in"}).waitFor();
  await take(page, folder, "login");
  await log_in(page, password);
  const overview = await page.context().newPage();  // it draws what it has seen, so it is left alone until the end
  await overview.goto("/");
  for (const [name, show] of Object.entries(pictures)) await take_one(page, folder, name, show);
  await overview.bringToFront();
  await take_one(overview, folder, "overview", has_history);
}

async function take_one(page, folder, name, show) {
  try {
    await show(page);
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.querySelectorAll(".toasts button").forEach(each => each.click()));
    await take(page, folder, name);
    console.log(`ok picture of ${name}`);
  } catch (error) {
    console.log(`not ok picture of ${name}: ${String(error).split("\n")[0]}`);
  }
}
