// Traces: started, read as they come, taken home as a file, stopped.
import {readFile} from "node:fs/promises";
import {go_to} from "./console_access.mjs";
import {check, deed, until} from "./console_browser.mjs";

const log = page => page.getByRole("log", {name: "Trace"});
const form = page => page.getByRole("form", {name: "Start a trace"});

async function start(page, kind, value) {
  await go_to(page, "Traces");
  await form(page).getByLabel("Trace by").selectOption(kind);
  await form(page).getByLabel("Value").fill(value);
  await form(page).getByRole("button", {name: "Start"}).click();
  await page.getByRole("table", {name: "Traces"}).getByText(value, {exact: true}).waitFor();
  if (!await log(page).isVisible()) await page.getByRole("button", {name: `Show ${value}`}).click();
  await log(page).waitFor();
}

async function stop(page, value) {
  await page.getByRole("button", {name: `Stop ${value}`}).click();
  await page.getByRole("button", {name: `Stop ${value}`}).waitFor({state: "detached"});
}

export const trace_steps = {
  "Traces: a client's packets as they come, and as a file": async page => {
    await deed("connect", {client: "traced"});
    await start(page, "client", "traced");
    await until(async () => {
      await deed("speak", {client: "traced"});
      return /PUBLISH.*self\/traced/.test(await log(page).textContent());
    }, "its PUBLISH is seen");
    const [download] = await Promise.all([
      page.waitForEvent("download"), page.getByRole("button", {name: "Download"}).click(),
    ]);
    const text = await readFile(await download.path(), "utf8");
    check(/^\d{4}-\d\d-\d\dT\S+Z\ttraced\t\w+\t.*PUBLISH/m.test(text), `the file: ${text.slice(0, 300)}`);
  },

  "Traces: one that is stopped says no more, and what it said is still there": async page => {
    await stop(page, "traced");
    await page.getByText("stopped", {exact: true}).waitFor();
    const lines = await page.getByRole("table", {name: "Traces"}).getByRole("row", {name: /traced/})
      .getByRole("cell").nth(5).textContent();
    await page.getByText(`${lines} lines`, {exact: true}).waitFor();
    await deed("speak", {client: "traced"});
    await page.getByRole("button", {name: "Forget traced"}).click();
    await page.getByText("Nothing is traced.").waitFor();
    await page.getByText(`${lines} lines`, {exact: true}).waitFor();
    check(/PUBLISH/.test(await log(page).textContent()), "what was read stays when the node has forgotten it");
  },

  "Traces: by topic": async page => {
    await start(page, "topic", "watched/+");
    await until(async () => {
      await deed("publish", {topic: "watched/<i>1"});
      return (await log(page).textContent()).includes("watched/<i>1");
    }, "its PUBLISH is seen");
    await stop(page, "watched/+");
  },

  "Traces: from a client's page": async page => {
    await page.goto("/clients/traced");
    await page.getByRole("link", {name: "Trace", exact: true}).click();
    await form(page).waitFor();
    check(await form(page).getByLabel("Value").inputValue() === "traced", "its id stands in the form");
  },
};
