// The Overview: its figures are those of the node.
import {go_to} from "./console_access.mjs";
import {check, deed, until} from "./console_browser.mjs";

const figure = (page, name) => page.getByRole("group", {name: "Now"}).locator(".figure")
  .filter({has: page.getByText(name, {exact: true})}).locator(".figure-value");
const number = async locator => Number((await locator.textContent()).replaceAll(",", "").replace(/\/s$/, ""));
const published = page => page.getByRole("table", {name: "Drop ledger"}).getByRole("row", {name: /^Published/})
  .getByRole("cell").first();

export const overview_steps = {
  "Overview counts connections": async page => {
    await go_to(page, "Overview");
    const before = await number(figure(page, "Connections"));
    for (const each of [1, 2, 3]) await deed("connect", {client: `counted-${each}`});
    await until(async () => await number(figure(page, "Connections")) === before + 3, "three connections more");
    for (const each of [1, 2, 3]) await deed("drop", {client: `counted-${each}`});
    await until(async () => await number(figure(page, "Connections")) === before, "three connections less");
  },

  "Overview shows traffic, and the ledger accounts for it": async page => {
    await go_to(page, "Overview");
    await deed("connect", {client: "listener"});
    await deed("subscribe", {client: "listener", filter: "traffic/#", qos: 0});
    const before = await number(published(page));
    await until(async () => {
      await deed("publish", {topic: "traffic/a", count: 20});
      return await number(figure(page, "Messages in")) > 0 && await number(figure(page, "Messages out")) > 0;
    }, "messages in and out");
    await until(async () => /µs|ms/.test(await figure(page, "Latency p99").textContent()), "a latency");
    await until(async () => await number(published(page)) >= before + 20, "messages in the ledger");
    await deed("drop", {client: "listener"});
  },

  "Overview draws its charts": async page => {
    await go_to(page, "Overview");
    for (const range of ["1 h", "6 h", "24 h", "Live"]) {
      await page.getByText(range, {exact: true}).click();
      await page.locator(".charts canvas").first().waitFor();
    }
    check(await page.locator(".charts canvas").count() === 6, "there are six charts");
    check(await page.getByRole("meter", {name: "CPU of loop 0"}).isVisible(), "the meter of loop 0");
  },
};
