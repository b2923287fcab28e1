// Settings: what the node listens on and how it is set, who may use the console, and who did what.
import {go_to} from "./console_access.mjs";
import {check, check_equal, deed, forgive, open_page, until} from "./console_browser.mjs";

async function open_tab(page, name) {
  await go_to(page, "Settings");
  await page.getByRole("tab", {name, exact: true}).click();
}

async function add_user(page, name, password, role) {
  await open_tab(page, "Users");
  await page.getByRole("button", {name: "Add a user"}).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Password").fill(password);
  await dialog.getByLabel("Role").selectOption(role);
  await dialog.getByRole("button", {name: "Add", exact: true}).click();
  await page.getByRole("table", {name: "Users"}).getByRole("row", {name: new RegExp(name)}).waitFor();
}

async function as_user(page, name, password, use) {
  const base = await page.evaluate(() => location.origin);
  const other = await open_page(page.context().browser(), {baseURL: base});
  await other.goto("/login");
  await other.getByLabel("User").fill(name);
  await other.getByLabel("Password").fill(password);
  await other.getByRole("button", {name: "Log in"}).click();
  await other.getByRole("navigation", {name: "Pages"}).waitFor();
  await use(other);
  forgive(other, /401 GET /);
  page.wrong.push(...other.wrong);
  await other.context().close();
}

export const settings_steps = {
  "Settings: listeners and their connections": async page => {
    await open_tab(page, "Listeners");
    const row = page.getByRole("table", {name: "Listeners"}).getByRole("row", {name: /^ws /});
    await row.waitFor();
    const connections = async () => Number(await row.getByRole("cell").nth(4).textContent());
    const before = await connections();
    await deed("connect", {client: "through-ws", listener: "ws"});
    await until(async () => await connections() === before + 1, "one connection more");
    await deed("drop", {client: "through-ws"});
  },

  "Settings: options with their origin": async page => {
    await open_tab(page, "Configuration");
    await page.getByLabel("Find an option").fill("allow_fault_injection");
    const row = page.getByRole("table", {name: "Configuration"}).getByRole("row", {name: /allow_fault_injection/});
    await row.waitFor();
    const text = await row.textContent();
    check(text.includes("true") && text.includes("command line"), `value and origin: ${text}`);
    await page.getByLabel("Find an option").fill("initial_password");
    await page.getByRole("row", {name: /initial_password/}).waitFor();
    check(!(await page.content()).includes("correct horse"), "no password is shown");
  },

  "Settings: a viewer sees, and may change nothing": async page => {
    await add_user(page, "watcher", "look but don't touch", "viewer");
    await as_user(page, "watcher", "look but don't touch", async other => {
      await go_to(other, "Clients");
      await other.getByRole("table", {name: "Clients"}).getByRole("link").first().waitFor();
      check_equal(await other.getByRole("button", {name: "Remove disconnected"}).count(), 0, "buttons that remove");
      await open_tab(other, "Listeners");
      check_equal(await other.getByRole("tab", {name: "Users"}).count(), 0, "tabs of admins");
      check_equal(await other.getByRole("button", {name: "Stop ws"}).count(), 0, "buttons that stop listeners");
    });
  },

  "Settings: an API key is shown once, works, and is removed": async page => {
    await open_tab(page, "API keys");
    await page.getByRole("button", {name: "Add a key"}).click();
    await page.getByRole("dialog").getByLabel("Name").fill("nightly");
    await page.getByRole("dialog").getByRole("button", {name: "Add", exact: true}).click();
    const key = await page.getByLabel("API key", {exact: true}).textContent();
    const ask = () => fetch(new URL("/api/v1/node", page.url()), {headers: {Authorization: `Bearer ${key}`}});
    check_equal((await ask()).status, 200, "status of a call with the key");
    await page.getByRole("button", {name: "Done"}).click();
    check(!(await page.content()).includes(key), "the key is shown no more");
    await page.getByRole("button", {name: "Remove nightly"}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Remove", exact: true}).click();
    await page.getByText("There are none.").waitFor();
    check_equal((await ask()).status, 401, "status of a call with the removed key");
  },

  "Settings: the audit log tells who did what": async page => {
    await open_tab(page, "Audit log");
    const table = page.getByRole("table", {name: "Audit log"});
    await table.getByText("nightly").first().waitFor();
    const text = await table.textContent();
    check(text.includes("admin") && text.includes("127.0.0.1"), "who, and from where");
    check(!text.includes("correct horse"), "no password is in it");
  },
};
