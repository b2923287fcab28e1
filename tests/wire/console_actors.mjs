// The actor tree: found, sorted, restarted, crashed.
import {go_to} from "./console_access.mjs";
import {check, check_equal, deed, until} from "./console_browser.mjs";

const tree = page => page.getByRole("treegrid", {name: "Actor tree"});
const row = (page, name) => tree(page).getByRole("row").filter({has: page.getByText(name, {exact: true})});
const details = page => page.getByRole("complementary", {name: "Actor"});
const fact = (page, name) => details(page).locator("dl.facts > div")
  .filter({has: page.getByText(name, {exact: true})}).locator("dd").first();

async function fresh_tree(page) {
  await go_to(page, "Overview");
  await go_to(page, "Actors");
  await row(page, "loop 0").waitFor();
}

async function expand_sessions(page) {
  const loops = await tree(page).getByRole("row").filter({hasText: /^loop \d/}).count();
  for (let loop = 0; loop < loops; ++loop) {
    await tree(page).getByRole("button", {name: `Expand loop ${loop}`}).click();
    await tree(page).getByRole("button", {name: "Collapse loop " + loop}).waitFor();
  }
  const closed = tree(page).getByRole("button", {name: "Expand sessions"});
  await until(async () => await tree(page).getByRole("row").filter({hasText: "sessions"}).count() === loops,
              "a supervisor of sessions in every loop");
  while (await closed.count()) {
    const before = await closed.count();
    await closed.first().click();
    await until(async () => await closed.count() < before, "one supervisor more open");
  }
}

const active = page => tree(page).evaluate(element =>
  document.getElementById(element.getAttribute("aria-activedescendant"))?.querySelector(".tree-label")?.textContent);

// Down by the arrow key until the active row has this name; false: the end was reached.
async function down_to(page, name, rows_max = 40) {
  for (let rows = 0; rows < rows_max; ++rows) {
    if (await active(page) === name) return true;
    await page.keyboard.press("ArrowDown");
  }
  return false;
}

async function open_by_key(page, name) {
  check(await down_to(page, name), `the arrow keys lead to ${name}`);
  const rows = tree(page).getByRole("row");
  const before = await rows.count();
  await page.keyboard.press("ArrowRight");
  const loading = rows.filter({hasText: "Loading…"});
  await until(async () => await rows.count() > before && await loading.count() === 0, `${name} shows its children`);
}

async function confirm(page, action) {
  await details(page).getByRole("button", {name: action, exact: true}).click();
  await page.getByRole("dialog").getByRole("button", {name: action, exact: true}).click();
}

async function find_session(page, client) {
  await go_to(page, "Actors");
  await page.getByRole("search", {name: "Find a session"}).getByLabel("Client id begins with").fill(client);
  await page.getByRole("button", {name: "Find", exact: true}).click();
  await details(page).getByRole("heading", {name: client, exact: true}).waitFor();
}

export const actor_steps = {
  "Actors: by mouse from the root to one session": async page => {
    await deed("connect", {client: "one-session"});
    await fresh_tree(page);
    await expand_sessions(page);
    await row(page, "one-session").click();
    await details(page).getByRole("heading", {name: "one-session"}).waitFor();
    check_equal(await fact(page, "State").textContent(), "running", "state");
    check((await details(page).textContent()).includes("127.0.0.1"), "the address of its link");
    await details(page).getByRole("button", {name: "Close the actor"}).click();
    await details(page).waitFor({state: "detached"});
  },

  "Actors: by keyboard from the root to one session": async page => {
    await fresh_tree(page);
    const loop = (await find_loop_of(page, "one-session"));
    await fresh_tree(page);
    await tree(page).focus();
    await page.keyboard.press("Home");
    await open_by_key(page, `loop ${loop}`);
    await open_by_key(page, "sessions");
    check(await down_to(page, "one-session"), "the arrow keys lead to the session");
    await page.keyboard.press("Enter");
    await details(page).getByRole("heading", {name: "one-session"}).waitFor();
    await tree(page).focus();
    await page.keyboard.press("ArrowLeft");
    check_equal(await active(page), "sessions", "the row after ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await row(page, "one-session").waitFor({state: "detached"});
  },

  "Actors: a client that stops reading is found in two clicks": async page => {
    for (let each = 0; each < 5; ++each) await deed("connect", {client: `reader-${each}`});
    for (const client of ["stalled", "slow"]) await deed("connect", {client, receive_maximum: 1});
    await deed("subscribe", {client: "slow", filter: "stall/slow"});
    await deed("subscribe", {client: "stalled", filter: "stall/#"});
    await deed("publish", {topic: "stall/slow", count: 10});
    await deed("publish", {topic: "stall/x", count: 40});
    await fresh_tree(page);
    await page.getByRole("button", {name: "Fullest mailboxes"}).click();
    await page.getByRole("list", {name: "Found"}).getByRole("button").first().click();
    await details(page).getByRole("heading", {name: "stalled", exact: true}).waitFor();
    check((await fact(page, "Mailbox").textContent()).startsWith("49,"), "its mailbox holds 49");
  },

  "Actors: sorted by mailbox, the fullest is the first of its siblings": async page => {
    await fresh_tree(page);
    await expand_sessions(page);
    const head = tree(page).getByRole("button", {name: "Mailbox"});
    await head.click();
    await until(() => is_first_of_its_level(page, "stalled"), "the stalled client is the first of its loop's sessions");
    await head.click();
    await until(async () => !await is_first_of_its_level(page, "stalled"), "least first, it is not");
    await head.click();
  },

  "Actors: a restarted session keeps its client": async page => {
    await find_session(page, "one-session");
    check_equal(await fact(page, "Restarts").textContent(), "0", "restarts before");
    await confirm(page, "Restart");
    await until(async () => await fact(page, "Restarts").textContent() === "1", "one restart");
    check(await deed("speak", {client: "one-session"}), "its client still works");
  },

  "Actors: a crashed session comes back while its client stays connected": async page => {
    await find_session(page, "reader-1");
    await confirm(page, "Crash");
    await deed("speak", {client: "reader-1"});
    await until(async () => await fact(page, "Restarts").textContent() === "1", "one restart");
    check(await deed("speak", {client: "reader-1"}), "its client still works");
    check_equal(await fact(page, "State").textContent(), "running", "state");
    const history = details(page).getByRole("list", {name: "Restart history"});
    await history.getByText("injected fault").waitFor();
  },

  "Actors: a crashed shard has a restart history": async page => {
    await page.goto("/actors?path=" + encodeURIComponent("root/loop 0/shard"));
    await details(page).getByRole("heading", {name: "shard"}).waitFor();
    await confirm(page, "Crash");
    await until(async () => {
      await deed("publish", {topic: "any", qos: 0});
      return Number(await fact(page, "Restarts").textContent()) >= 1;
    }, "a restart of the shard");
    await details(page).getByRole("list", {name: "Restart history"}).getByText("injected fault").waitFor();
    check(await deed("speak", {client: "one-session"}), "clients still work");
  },
};

async function find_loop_of(page, client) {
  await find_session(page, client);
  return await fact(page, "Loop").textContent();
}

async function is_first_of_its_level(page, name) {
  const rows = await tree(page).getByRole("row").evaluateAll(all => all.map(each =>
    [each.querySelector(".tree-label")?.textContent, each.getAttribute("aria-level")]));
  const place = rows.findIndex(([label]) => label === name);
  return place > 0 && rows[place - 1][0] === "sessions";
}
