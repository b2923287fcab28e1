// What holds for every page: it is used by keyboard and by who cannot see it, and it fits a telephone.
import {check, check_equal, deed, forgive, until} from "./console_browser.mjs";

const places = [
  "/", "/actors", "/actors?path=root", "/clients", "/clients/shape", "/clients/never-there", "/topics",
  "/topics?tab=Subscriptions", "/topics?tab=Retained", "/topics?tab=Follow a message", "/websocket", "/traces",
  "/settings", "/settings?tab=Configuration", "/settings?tab=Bans", "/settings?tab=Users", "/settings?tab=API keys",
  "/settings?tab=Audit log", "/no-such-page",
];
// What one asks for that is not there.
const not_there = /404 GET \S*\/clients\/never-there/;

async function on_every_page(page, look) {
  const wrong = [];
  for (const place of places) {
    await page.goto(place);
    await page.getByRole("heading", {level: 1}).waitFor();
    await page.waitForLoadState("networkidle").catch(() => {});  // a page that polls is never quite idle
    for (const each of await page.evaluate(look)) wrong.push(`${place}: ${each}`);
  }
  forgive(page, not_there);
  check_equal(wrong, [], "what is wrong");
}

// In the page: controls that nobody can name.
const nameless = () => {
  const name = element => [
    element.getAttribute("aria-label"),
    ...(element.getAttribute("aria-labelledby") ?? "").split(" ").map(id => document.getElementById(id)?.textContent),
    ...[...(element.labels ?? [])].map(label => label.textContent), element.textContent, element.title,
  ].some(text => text?.trim());
  const controls = "button, a[href], input, select, textarea, [tabindex='0'], [role=img], [role=meter], table";
  const found = [...document.querySelectorAll(controls)].filter(each => !name(each))
    .map(each => each.outerHTML.slice(0, 150));
  const ids = [...document.querySelectorAll("[id]")].map(each => each.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place).map(id => `two things have the id ${id}`);
  const heads = document.querySelectorAll("h1").length;
  return [...found, ...twice, ...(heads === 1 ? [] : [`${heads} headings of the first level`])];
};

// In the page: what is wider than the screen.
const too_wide = () => {
  const boxes = [document.documentElement, document.querySelector("main")];
  return boxes.filter(box => box && box.scrollWidth > box.clientWidth)
    .map(box => `${box.tagName} is ${box.scrollWidth} wide, of which ${box.clientWidth} are seen`);
};

// In the page: what has the focus, and whether one sees it.
const focused = () => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const seen = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
  const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent.trim();
  return {name: name.trim(), seen, what: element.tagName, body: element === document.body};
};

export const shape_steps = {
  "Every control of every page has a name": async page => {
    await deed("connect", {client: "shape"});
    await on_every_page(page, nameless);
  },

  "No page is wider than a screen of 400 pixels": async page => {
    await page.setViewportSize({width: 400, height: 800});
    try {
      await on_every_page(page, too_wide);
    } finally {
      await page.setViewportSize({width: 1280, height: 800});
    }
  },

  "The navigation of a narrow screen opens, and leads on": async page => {
    await page.setViewportSize({width: 400, height: 800});
    try {
      await page.goto("/");
      await page.getByRole("button", {name: "Navigation"}).click();
      await page.getByRole("link", {name: "Clients", exact: true}).click();
      await page.getByRole("heading", {level: 1, name: "Clients"}).waitFor();
      check(!await page.getByLabel("Protocol").isVisible(), "filters are folded");
      await page.getByRole("button", {name: "More filters"}).click();
      await page.getByLabel("Protocol").waitFor();
    } finally {
      await page.setViewportSize({width: 1280, height: 800});
    }
  },

  "Every control is reached by Tab, in the order one reads, and its focus is seen": async page => {
    await page.goto("/clients?id_prefix=shape");
    await page.getByRole("link", {name: "shape", exact: true}).waitFor();
    const [order, kinds] = [[], new Set()];
    for (let steps = 0; steps < 60; ++steps) {
      await page.keyboard.press("Tab");
      const {name, seen, what, body} = await page.evaluate(focused);
      if (body || kinds.has(`${what} ${name}`)) break;
      check(seen, `the focus of ${name} is not seen`);
      kinds.add(`${what} ${name}`);
      order.push(name);
    }
    const wanted = ["Skip to the page", "Log out", "Overview", "Actors", "Clients", "Settings", "Refresh", "Export CSV",
                    "Remove disconnected", "Client id begins with", "State", "shape"];
    const places_of = wanted.map(name => order.indexOf(name));
    check(places_of.every((place, index) => place >= 0 && (index === 0 || place > places_of[index - 1])),
          `the order is ${order.join(", ")}`);
  },

  "Keys lead from page to page, to the search, and tell about themselves": async page => {
    await page.goto("/");
    await page.getByRole("heading", {level: 1, name: "Overview"}).waitFor();
    const clients = page.getByRole("heading", {level: 1, name: "Clients"});
    await until(async () => { // a machine may be too slow for both keys within their time
      await page.keyboard.press("g");
      await page.keyboard.press("c");
      return clients.waitFor({timeout: 3_000}).then(() => true, () => false);
    }, "the keys lead to the page of clients");
    await page.keyboard.press("/");
    await page.keyboard.type("gt?");
    check_equal(await page.getByLabel("Client id begins with").inputValue(), "gt?", "what was typed");
    await clients.click();
    await page.keyboard.press("?");
    await page.getByRole("dialog", {name: "Keyboard"}).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({state: "detached"});
  },

  "A script that is written into the page does not run": async page => {
    await page.goto("/");
    await page.getByRole("heading", {level: 1}).waitFor();
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      return window.ran === true;
    });
    check(!ran, "an inline script ran");
    await until(() => page.wrong.some(each => /Content Security Policy/.test(each)), "the browser says why");
    forgive(page, /Content Security Policy/);
  },
};
