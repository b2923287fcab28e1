// The list of clients, one client, and why one is gone.
import {readFile} from "node:fs/promises";
import {go_to} from "./console_access.mjs";
import {check, check_equal, deed, forgive, until} from "./console_browser.mjs";

const evil = "<img src=x onerror=alert(1)>";
const list = page => page.getByRole("table", {name: "Clients"});
const ids = page => list(page).getByRole("link").allTextContents();
const shown = async page => Number.parseInt(await page.getByText(/^\d+ in all$/).textContent(), 10);
const autopsy = page => page.getByRole("region", {name: /^(Autopsy|What happened to it)$/});

async function shows(page, wanted) {
  const sorted = [...wanted].sort();
  let got;
  await until(async () => JSON.stringify(got = (await ids(page)).sort()) === JSON.stringify(sorted),
              `the list shows ${sorted}`).catch(error => { throw new Error(`${error.message}; it shows ${got}`); });
}

async function filter(page, name, value) {
  await page.getByRole("search", {name: "Filters"}).getByLabel(name).fill(value);
}

async function open(page, id) {
  await page.goto("/clients/" + encodeURIComponent(id));
  await page.getByRole("heading", {level: 1, name: id, exact: true}).waitFor();
}

async function confirm(page, button, answer = button) {
  await page.getByRole("button", {name: button, exact: true}).click();
  await page.getByRole("dialog").getByRole("button", {name: answer, exact: true}).click();
}

export const client_steps = {
  "Clients: filters by prefix, protocol and state": async page => {
    for (const client of ["lamp-1", "lamp-2", "door-1"]) await deed("connect", {client, expiry: 600});
    await deed("connect", {client: "lamp-ws", listener: "ws"});
    await go_to(page, "Clients");
    await filter(page, "Client id begins with", "lamp");
    await shows(page, ["lamp-1", "lamp-2", "lamp-ws"]);
    await page.getByLabel("Listener").selectOption("ws");
    await shows(page, ["lamp-ws"]);
    await page.getByLabel("Listener").selectOption("");
    await page.getByLabel("Protocol").selectOption("3.1.1");
    await shows(page, []);
    await page.getByLabel("Protocol").selectOption("");
    await deed("drop", {client: "lamp-2"});
    await page.getByLabel("State").selectOption("false");
    await until(async () => {
      await page.getByRole("button", {name: "Refresh"}).click();
      return (await ids(page)).includes("lamp-2");
    }, "lamp-2 is away");
    await shows(page, ["lamp-2"]);
  },

  "Clients: an id of HTML is text": async page => {
    await deed("connect", {client: evil, expiry: 600});
    await go_to(page, "Overview");
    await go_to(page, "Clients");
    await filter(page, "Client id begins with", "<img");
    await shows(page, [evil]);
    await list(page).getByRole("link", {name: evil}).click();
    await page.getByRole("heading", {level: 1, name: evil, exact: true}).waitFor();
    await page.getByRole("link", {name: "To its actor"}).click();
    await page.getByRole("complementary", {name: "Actor"}).getByRole("heading", {name: evil, exact: true}).waitFor();
    check_equal(await page.locator("img").count(), 0, "images in the page");
  },

  "Clients: one client, subscribed and unsubscribed on its behalf": async page => {
    await open(page, "lamp-1");
    const form = page.getByRole("form", {name: "Subscribe on its behalf"});
    await form.getByLabel("Topic filter").fill("lamps/+/set");
    await form.getByRole("button", {name: "Subscribe"}).click();
    const button = page.getByRole("button", {name: "Unsubscribe from lamps/+/set"});
    await button.waitFor();
    await button.click();
    await button.waitFor({state: "detached"});
  },

  "Clients: one is disconnected, and the page tells why it is gone": async page => {
    await open(page, "door-1");
    await page.getByText("connected", {exact: true}).waitFor();
    await confirm(page, "Disconnect");
    check_equal(await deed("closed", {client: "door-1"}), 0x98, "reason code of its DISCONNECT");
    await autopsy(page).waitFor();
    await until(async () => /operator admin/.test(await autopsy(page).textContent()), "the autopsy names the operator");
  },

  "Clients: the autopsy of one that was taken over names the other address": async page => {
    await deed("connect", {client: "twice", expiry: 600});
    check_equal(await deed("take_over", {client: "twice", source: "127.0.0.2"}), 0x8e, "what the first was told");
    await open(page, "twice");
    const names_it = async () => /took the session over.*127\.0\.0\.2/.test(await autopsy(page).textContent());
    await until(names_it, "the autopsy names 127.0.0.2 while the other is connected");
    await deed("drop", {client: "twice"});
    await page.getByText("disconnected", {exact: true}).waitFor();
    await until(names_it, "the autopsy names 127.0.0.2 when the other is gone, too");
  },

  "Clients: a session is ended": async page => {
    await open(page, "lamp-1");
    await confirm(page, "End session");
    await deed("closed", {client: "lamp-1"});
    await autopsy(page).waitFor();
    await until(async () => /operator admin/.test(await autopsy(page).textContent()), "the autopsy names the operator");
    forgive(page, /404 GET \S*\/clients\/lamp-1$/);
  },

  "Clients: the list is exported, and holds no formulas": async page => {
    await deed("connect", {client: "=1+2"});
    await go_to(page, "Clients");
    const [download] = await Promise.all([
      page.waitForEvent("download"), page.getByRole("button", {name: "Export CSV"}).click(),
    ]);
    check_equal(download.suggestedFilename(), "clients.csv", "name of the file");
    const [head, ...rows] = (await readFile(await download.path(), "utf8")).trim().split(/\r?\n/);
    check(head.startsWith("id,user,address,"), `the first line: ${head}`);
    check(rows.some(row => row.startsWith("stalled,")) && rows.length === await shown(page), `${rows.length} rows`);
    check(!rows.some(row => /^"?[=+@-]/.test(row)), "a cell of the file is taken for a formula");
    await deed("drop", {client: "=1+2"});
  },

  "Clients: all that are disconnected are removed": async page => {
    for (const client of ["gone-1", "gone-2"]) {
      await deed("connect", {client, expiry: 600});
      await deed("drop", {client});
    }
    await go_to(page, "Overview");
    await go_to(page, "Clients");
    await page.getByLabel("State").selectOption("false");
    await until(async () => {
      await page.getByRole("button", {name: "Refresh"}).click();
      const all = await ids(page);
      return all.includes("gone-1") && all.includes("gone-2");
    }, "both are away");
    await confirm(page, "Remove disconnected", "Remove them");
    await page.getByText(/^\d+ removed\.$/).waitFor();
    await shows(page, []);
    await page.getByLabel("State").selectOption("true");
    await until(async () => (await ids(page)).includes("stalled"), "who is connected stays");
  },
};
