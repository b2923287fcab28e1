// Bans: who is kept out, and let in again.
import {go_to} from "./console_access.mjs";
import {check, deed, until} from "./console_browser.mjs";

const table = page => page.getByRole("table", {name: "Bans"});
const comes_in = details => deed("connect", details).then(() => true, () => false);

async function ban(page, kind, value) {
  await go_to(page, "Settings");
  await page.getByRole("tab", {name: "Bans", exact: true}).click();
  const form = page.getByRole("form", {name: "Ban"});
  await form.getByLabel("Ban a").selectOption(kind);
  await form.getByLabel("Value").fill(value);
  await form.getByLabel("Reason").fill("it <b>floods</b>");
  await form.getByRole("button", {name: "Ban", exact: true}).click();
  await table(page).getByRole("row").filter({hasText: value}).getByText("it <b>floods</b>").waitFor();
}

async function lift(page, value) {
  await page.getByRole("button", {name: `Lift the ban of ${value}`}).click();
  await page.getByRole("button", {name: `Lift the ban of ${value}`}).waitFor({state: "detached"});
}

export const ban_steps = {
  "Settings: a client is banned, and let in again": async page => {
    await deed("connect", {client: "pest"});
    await ban(page, "client", "pest");
    await until(async () => !await comes_in({client: "pest"}), "it is refused");
    await lift(page, "pest");
    await until(() => comes_in({client: "pest"}), "it may come again");
  },

  "Settings: an address is banned, and no other": async page => {
    await ban(page, "address", "127.0.0.9");
    await until(async () => !await comes_in({client: "from-nine", source: "127.0.0.9"}), "it is refused");
    check(await comes_in({client: "from-eight", source: "127.0.0.8"}), "another address is let in");
    await lift(page, "127.0.0.9");
    await until(() => comes_in({client: "from-nine", source: "127.0.0.9"}), "it may come again");
  },

  "Settings: a ban from a client's page": async page => {
    await page.goto("/clients/pest");
    await page.getByRole("link", {name: "Ban", exact: true}).click();
    const form = page.getByRole("form", {name: "Ban"});
    await form.waitFor();
    check(await form.getByLabel("Value").inputValue() === "pest", "its id stands in the form");
  },
};
