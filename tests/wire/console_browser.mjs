// What the console's tests need: Chromium, the clients of console.py, results by line.
import {createInterface} from "node:readline";
import {setTimeout as pause} from "node:timers/promises";
import {chromium} from "playwright-core";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const deadline = Number(process.env.CONSOLE_DEADLINE ?? 30_000);

// Parts of the API that the node has not got yet: what they answer is no failure of the page.
export const unserved = [];
const is_unserved = call => unserved.some(part => call.includes(`/api/v1/${part}`));

export function check(condition, what) {
  if (!condition) throw new Error(what);
}

export function check_equal(got, wanted, what) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}

// Waits for what no event tells: looks again and again. Returns the condition's value.
export async function until(condition, what, milliseconds = deadline) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`${what}: not within ${milliseconds / 1000} s`);
    await pause(20);
  }
}

const answers = createInterface(process.stdin)[Symbol.asyncIterator]();

// Asks console.py for a deed of a client, and returns its result.
export async function deed(name, details = {}) {
  process.stdout.write(`? ${JSON.stringify({deed: name, ...details})}\n`);
  const {value, done} = await answers.next();
  if (done) throw new Error("console.py is gone");
  const {result, error} = JSON.parse(value);
  if (error) throw new Error(`${name}: ${error}`);
  return result;
}

export const launch = () => chromium.launch({executablePath: "/usr/bin/chromium", args: flags});

// A page whose failures are noted: errors of its scripts, what its security policy refused, calls that failed.
export async function open_page(browser, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(deadline);
  page.wrong = [];
  page.on("pageerror", error => page.wrong.push(String(error)));
  page.on("dialog", async dialog => {
    page.wrong.push(`a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("console", message => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      page.wrong.push(message.text());
  });
  page.on("response", response => {
    const status = response.status();
    const told = `${status} ${response.request().method()} ${response.url()}`;
    if (status >= 400 && !(status === 404 && is_unserved(told))) page.wrong.push(told);
  });
  return page;
}

// Takes what went wrong in the page and was meant to; the rest fails the step.
export function forgive(page, pattern) {
  page.wrong = page.wrong.filter(each => !pattern.test(each));
}

const seen = page => page.locator("main").first().innerText({timeout: 1000}).then(text => text.slice(0, 1000), String);

async function run_step(page, name, step) {
  try {
    await step(page);
    check_equal(page.wrong, [], "what failed in the page");
    console.log(`ok ${name}`);
    return true;
  } catch (error) {
    const [first, ...rest] = String(error.stack ?? error).split("\n");
    console.log(`not ok ${name}: ${first}`);
    console.error([...rest, "the page:", await seen(page), ...page.wrong].join("\n    "));
    await page.goto("/").catch(() => {});  // the next step begins anew
    return false;
  } finally {
    page.wrong = [];
  }
}

// Runs steps, {name: function(page)}, one after the other; a step finds the page as the one before it left it.
export async function run_steps(page, steps, words) {
  let good = true;
  for (const [name, step] of Object.entries(steps)) {
    if (words.length && !words.some(word => name.includes(word))) continue;
    good = await run_step(page, name, step) && good;
  }
  return good;
}
