// Two hundred clients, of which one stops reading.
import {go_to} from "./console_access.mjs";
import {check, check_equal, deed, until} from "./console_browser.mjs";

const count = 200;
const stalled = "crowd-137";
const details = page => page.getByRole("complementary", {name: "Actor"});

export const crowd_steps = {
  "A crowd: of 200 clients the one that stopped reading is two clicks away": async page => {
    await deed("crowd", {count});
    await deed("stall", {client: stalled, topic: "crowd/137/x", megabytes: 12});
    await go_to(page, "Overview");
    await go_to(page, "Actors");
    await page.getByRole("button", {name: "Fullest mailboxes"}).click();
    const heading = details(page).getByRole("heading", {name: stalled, exact: true});
    const found = page.getByRole("list", {name: "Found"}).getByRole("button", {name: stalled});
    await heading.or(found).first().waitFor();
    if (await found.isVisible()) await found.click();  // where others wait, too; alone it is opened at once
    await heading.waitFor();
    const row = page.getByRole("treegrid").getByRole("row", {selected: true});
    await row.getByText(stalled, {exact: true}).waitFor();
    const cells = await row.getByRole("gridcell").allTextContents();
    check(Number(cells[1].replaceAll(",", "")) > 100, `its mailbox: ${cells}`);
    check(/ (s|ms)$/.test(cells.at(-1)) && cells.at(-1) !== "0 s", `the age of its oldest message: ${cells}`);
  },

  "A crowd: the one that waits longest, and the one that works most": async page => {
    await go_to(page, "Overview");
    await go_to(page, "Actors");
    await page.getByRole("button", {name: "Waiting longest"}).click();
    const found = page.getByRole("list", {name: "Found"});
    await found.getByRole("button", {name: new RegExp(`^${stalled} for [1-9].*s$`)}).waitFor();
    await page.keyboard.press("Escape");
    await found.waitFor({state: "detached"});
    await until(async () => {
      await deed("publish", {topic: "crowd/busy", count: 500});
      await page.getByRole("button", {name: "Busiest"}).click();
      const first = details(page).or(found.getByRole("button").first()).first();
      const shown = await first.waitFor({timeout: 3_000}).then(() => true, () => false);  // it was too short to be seen
      return shown && /^publisher/.test(await first.textContent());
    }, "the publisher is the busiest");
  },

  "A crowd: the list shows all of them, and finds one": async page => {
    await go_to(page, "Clients");
    await page.getByLabel("Client id begins with").fill("crowd-");
    const list = page.getByRole("table", {name: "Clients"});
    await page.getByText(`${count} in all`, {exact: true}).waitFor();
    const drawn = await list.getByRole("row").count();
    check(drawn < 80, `${drawn} rows are drawn`);
    await list.evaluate(element => element.scrollTo(0, element.scrollHeight));
    await until(async () => (await list.getByRole("link").count()) > 10, "the end of the list");
    await page.getByLabel("Client id begins with").fill(stalled);
    await page.getByText("1 in all", {exact: true}).waitFor();
    const head = await list.getByRole("columnheader").allTextContents();
    const cells = await list.getByRole("row").nth(1).getByRole("cell").allTextContents();
    check(Number(cells[head.indexOf("Queued")].replaceAll(",", "")) > 100, `its queue: ${cells}`);
  },

  "A crowd: at 1280 pixels no column of the list is hidden": async page => {
    const list = page.getByRole("table", {name: "Clients"});
    const [scroll, seen] = await list.evaluate(element => [element.scrollWidth, element.clientWidth]);
    check_equal(scroll, seen, "width of the list against what is seen of it");
  },

  "A crowd: the tree shows all of a loop's sessions": async page => {
    await page.goto("/actors");
    const tree = page.getByRole("treegrid", {name: "Actor tree"});
    await tree.getByRole("button", {name: "Expand loop 0"}).click();
    await tree.getByRole("button", {name: "Expand sessions"}).click();
    await tree.getByText(/^crowd-\d+$/).first().waitFor();
    await tree.focus();
    await page.keyboard.press("End");
    await until(async () => await tree.getByText("Loading…").count() === 0, "all of it is read");
  },
};
