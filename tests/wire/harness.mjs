// What tests in JavaScript need: a node on ports of the kernel's choice, and results by line.
import {spawn} from "node:child_process";
import {createInterface} from "node:readline";
import {once} from "node:events";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {fileURLToPath} from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const troupe = process.env.TROUPE ?? path.join(root, "build/troupe");
const longest_wait = 30_000;

// Fails when the promise has not settled in time.
export function soon(promise, what, milliseconds = longest_wait) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Runs `use(node)` with a running node; it has to exit with 0 and without errors in its log.
export async function with_node(use, settings = {}) {
  const store = mkdtempSync(path.join(tmpdir(), "troupe-store-"));
  const chosen = {
    "listeners.tcp.bind": "127.0.0.1:0", "listeners.ws.bind": "127.0.0.1:0", "persistence.path": store, ...settings,
  };
  const options = Object.entries(chosen).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  const process = spawn(troupe, ["run", ...options], {stdio: ["ignore", "inherit", "pipe"]});
  const log = [];
  const ports = {};
  const exited = once(process, "exit");
  try {
    const ready = new Promise((resolve, reject) => {
      createInterface(process.stderr).on("line", line => {
        log.push(line);
        const bound = line.match(/listener: (\w+) listens on .*:(\d+)$/);
        if (bound) ports[bound[1]] = Number(bound[2]);
        if (/node: .* is ready/.test(line)) resolve();
      });
      exited.then(([code]) => reject(new Error(`the node exited with ${code}`)));
    });
    await soon(ready, "the node's start");
    await use({url: `ws://localhost:${ports.ws}/mqtt`, ports, process});
    process.kill("SIGTERM");
    const [code] = await soon(exited, "the node's end");
    check_equal(code, 0, "the node's exit code");
    check_equal(log.filter(line => line.includes(" error ")), [], "errors in the node's log");
  } catch (error) {
    console.error(log.slice(-40).map(line => "    " + line).join("\n"));
    throw error;
  } finally {
    process.kill("SIGKILL");
    rmSync(store, {recursive: true, force: true});
  }
}

export function check_equal(got, wanted, what) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}

// Runs the tests of a program, {name: function}, and ends it.
export async function run(tests) {
  const filters = process.argv.slice(2);
  let failed = false;
  for (const [name, test] of Object.entries(tests)) {
    if (filters.length && !filters.some(word => name.includes(word))) continue;
    try {
      await test();
      console.log(`ok ${name}`);
    } catch (error) {
      failed = true;
      const [first, ...rest] = String(error.stack ?? error).split("\n");
      console.log(`not ok ${name}: ${first}`);
      console.error(rest.join("\n"));
    }
  }
  process.exit(failed ? 1 : 0);
}
