// Topics: the tree, who is subscribed to what, what is retained, and the way of a message.
import {go_to} from "./console_access.mjs";
import {check, deed, until} from "./console_browser.mjs";

async function open_tab(page, name) {
  await go_to(page, "Topics");
  await page.getByRole("tab", {name, exact: true}).click();
}

const tree = page => page.getByRole("treegrid", {name: "Topic tree"});
const row = (page, name) => tree(page).getByRole("row").filter({has: page.getByText(name, {exact: true})});
const retained = page => page.getByRole("table", {name: "Retained messages"});

// Subscriptions alone: what every node answers.
export const subscription_steps = {
  "Topics: subscriptions by client and by filter": async page => {
    const evil = "evil/<script>alert(1)</script>";
    await deed("connect", {client: "subscriber"});
    for (const filter of ["plant/+/state", "$share/crew/plant/#", evil])
      await deed("subscribe", {client: "subscriber", filter});
    await page.goto("/topics?tab=Subscriptions");
    await page.getByLabel("Client id").fill("subscriber");
    const table = page.getByRole("table", {name: "Subscriptions"});
    for (const filter of ["plant/+/state", evil]) await table.getByText(filter, {exact: true}).waitFor();
    const shared = table.getByRole("row", {name: /\$share\/crew/});
    check((await shared.getByRole("cell").allTextContents()).includes("crew"), "the group of the shared one");
    await page.getByLabel("Topic filter").fill("plant/+/state");
    await until(async () => await table.getByRole("link", {name: "subscriber"}).count() === 1, "one subscription");
  },
};

export const topic_steps = {
  "Topics: the tree is opened level by level": async page => {
    await deed("publish", {topic: "works/<b>line/speed", retain: true});
    await deed("connect", {client: "works-reader"});
    await deed("subscribe", {client: "works-reader", filter: "works/<b>line/speed"});
    await go_to(page, "Overview");
    await go_to(page, "Topics");
    await tree(page).getByRole("button", {name: "Expand works"}).click();
    await tree(page).getByRole("button", {name: "Expand <b>line"}).click();
    await row(page, "speed").waitFor();
    const cells = await row(page, "speed").getByRole("gridcell").allTextContents();
    check(cells.at(-2) === "1", `its subscriptions: ${cells}`);
    check(/^(yes|1)$/.test(cells.at(-1)), `its retained message: ${cells}`);
  },

  "Topics: by keyboard down the tree, and to what is retained there": async page => {
    await go_to(page, "Overview");
    await go_to(page, "Topics");
    await row(page, "works").waitFor();
    await tree(page).focus();
    await page.keyboard.press("Home");
    const active = () => tree(page).evaluate(element => {
      const row = document.getElementById(element.getAttribute("aria-activedescendant"));
      return row?.querySelector(".tree-label")?.textContent;
    });
    for (let rows = 0; await active() !== "works"; ++rows) {
      check(rows < 50, "the arrow keys lead to works");
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("ArrowRight");
    await row(page, "<b>line").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("link", {name: "Retained here and below"}).click();
    await retained(page).getByText("works/<b>line/speed", {exact: true}).waitFor();
  },

  "Topics: a retained message is read and deleted": async page => {
    await open_tab(page, "Retained");
    await page.getByLabel("Topic begins with").fill("works/");
    await page.getByRole("button", {name: "Read works/<b>line/speed"}).click();
    await page.getByRole("dialog").getByText("xxxxxxxxxx", {exact: true}).waitFor();
    await page.getByRole("dialog").getByRole("button", {name: "Close"}).click();
    await page.getByRole("button", {name: "Delete works/<b>line/speed"}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Delete", exact: true}).click();
    await page.getByText("Nothing is retained here.").waitFor();
  },

  "Topics: all that is retained below a topic is deleted": async page => {
    for (const which of ["1", "2", "3"]) await deed("publish", {topic: `attic/box/${which}`, retain: true});
    await deed("publish", {topic: "attics", retain: true});
    await open_tab(page, "Retained");
    await page.getByLabel("Topic begins with").fill("attic/");
    await until(async () => await retained(page).getByText(/^attic\/box\//).count() === 3, "three messages");
    await page.getByRole("button", {name: "Delete all of these"}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Delete them all"}).click();
    await page.getByText("3 messages deleted.").waitFor();
    await page.getByText("Nothing is retained here.").waitFor();
    await page.getByLabel("Topic begins with").fill("attic");
    await retained(page).getByText("attics", {exact: true}).waitFor();
  },
};

export const follow_steps = {
  "Topics: a message is followed, to who got it and to who did not": async page => {
    await deed("connect", {client: "way-here"});
    await deed("connect", {client: "way-away", expiry: 600});
    for (const client of ["way-here", "way-away"]) await deed("subscribe", {client, filter: "way/#"});
    await deed("drop", {client: "way-away"});
    await deed("connect", {client: "way-not"});
    await deed("subscribe", {client: "way-not", filter: "ways/1"});
    await open_tab(page, "Follow a message");
    await page.getByLabel("Topic", {exact: true}).fill("way/1");
    await page.getByLabel("Payload").fill("hello");
    await page.getByLabel("Explain it for the client").fill("way-not");
    await page.getByRole("button", {name: "Publish and follow"}).click();
    const way = page.getByRole("list", {name: "Its way"}).getByRole("listitem");
    await until(async () => await way.count() >= 2, "two steps or more");
    const targets = page.getByRole("table", {name: "Who got it"});
    const outcome = async client => (await targets.getByRole("row").filter({hasText: client}).textContent());
    await targets.getByRole("link", {name: "way-here"}).waitFor();
    check(await outcome("way-here") !== await outcome("way-away"), "one is there, and one is away");
    const away = await outcome("way-away");
    check(away.length > "way-awayqueued".length, `why way-away did not: ${away}`);
    const why = page.getByRole("region", {name: "For way-not"});
    check(/filters match/.test(await why.textContent()), `why way-not did not: ${await why.textContent()}`);
    await page.getByText("2 receivers", {exact: true}).waitFor();
  },
};
