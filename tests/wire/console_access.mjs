// Who may come in, and the way from page to page.
import {check, check_equal, forgive} from "./console_browser.mjs";

export const pages = ["Overview", "Actors", "Clients", "Topics", "WebSocket client", "Traces", "Settings"];
// Who asks before the log-in is told so.
const unknown_yet = /401 GET \S*\/api\/v1\/(session|node)$/;

// By the named link, as an operator goes.
export async function go_to(page, name) {
  await page.getByRole("navigation", {name: "Pages"}).getByRole("link", {name, exact: true}).click();
  await page.getByRole("heading", {level: 1, name, exact: true}).waitFor();
}

async function try_password(page, password) {
  await page.getByLabel("User").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", {name: "Log in"}).click();
}

export async function log_in(page, password) {
  await page.context().clearCookies();
  await page.goto("/login");
  await try_password(page, password);
  await page.getByRole("navigation", {name: "Pages"}).waitFor();
}

export const access_steps = password => ({
  "who is not logged in is led to the log-in": async page => {
    await page.goto("/clients?id_prefix=a");
    await page.getByRole("heading", {name: "Log in"}).waitFor();
    check_equal(await page.getByRole("navigation").count(), 0, "navigation");
    forgive(page, unknown_yet);
  },

  "a wrong password is refused": async page => {
    await page.goto("/login");
    await try_password(page, "not the password");
    await page.getByRole("alert").waitFor();
    check_equal(await page.getByLabel("Password").inputValue(), "", "the password field");
    check_equal(await page.context().cookies(), [], "cookies");
    forgive(page, unknown_yet);
    forgive(page, /401 POST \S*\/login$/);
  },

  "the right one leads to the page that was asked for": async page => {
    await page.goto("/clients?id_prefix=a");
    await page.getByRole("heading", {name: "Log in"}).waitFor();
    await try_password(page, password);
    await page.getByRole("heading", {level: 1, name: "Clients"}).waitFor();
    check_equal(await page.getByLabel("Client id begins with").inputValue(), "a", "the filter");
    const [cookie] = await page.context().cookies();
    check(cookie.httpOnly && cookie.sameSite === "Strict", `the cookie: ${JSON.stringify(cookie)}`);
    forgive(page, unknown_yet);
  },

  "every page is reached by the link of its name": async page => {
    for (const name of pages) {
      await go_to(page, name);
      check_equal(await page.title(), `${name} – Troupe`, "title");
    }
    await page.goBack();
    await page.getByRole("heading", {level: 1, name: "Traces"}).waitFor();
  },

  "the colours chosen are kept": async page => {
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    const before = await theme();
    await page.getByRole("button", {name: /^Switch to (dark|light) colours$/}).click();
    const chosen = await theme();
    check(chosen !== before, `the theme is ${chosen} as before`);
    await page.reload();
    await page.getByRole("navigation").waitFor();
    check_equal(await theme(), chosen, "the theme after a reload");
    await page.getByRole("button", {name: /^Switch to (dark|light) colours$/}).click();
  },

  "a log-out ends the session": async page => {
    const [cookie] = await page.context().cookies();
    await page.getByRole("button", {name: "Log out"}).click();
    await page.getByRole("heading", {name: "Log in"}).waitFor();
    await page.context().addCookies([cookie]);
    await page.goto("/actors");
    await page.getByRole("heading", {name: "Log in"}).waitFor();
    forgive(page, /401 GET /);
  },
});
