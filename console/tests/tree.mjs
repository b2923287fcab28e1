// The actor tree as it is read: a level at a time, sorted, the way to one session among many.
import assert from "node:assert/strict";

import {load, run} from "./harness.mjs";

const {Tree} = await load("pages/actors/tree.ts");
const sessions = 1_000;
const pageSize = 100;

const actor = (path, children, extra = {}) => ({
  path,
  name: path.slice(path.lastIndexOf("/") + 1),
  class: "x",
  state: "running",
  mailbox_depth: 0,
  messages_handled: 5,
  restarts: 0,
  children,
  ...extra,
});

function known(path) {
  if (path === "root") return actor(path, 1);
  if (path === "root/loop 0") return actor(path, 1);
  if (path === "root/loop 0/sessions") return actor(path, sessions);
  return actor(path, 0);
}

function level(path, sort) {
  if (path === "root") return [known("root/loop 0")];
  if (path === "root/loop 0") return [known("root/loop 0/sessions")];
  const all = Array.from({length: sessions}, (_, index) =>
    actor(`${path}/s${String(index).padStart(4, "0")}`, 0, {restarts: index}),
  );
  return sort === "-restarts" ? all.reverse() : all;
}

let calls = [];
let delayed = null; // answers of a level wait for it

async function answer(url) {
  const {pathname, searchParams: query} = new URL(url, "http://node");
  calls.push(pathname + " " + query.get("path") + " " + (query.get("cursor") ?? ""));
  if (pathname.endsWith("/detail")) return known(query.get("path"));
  const held = delayed;
  const items = level(query.get("path"), query.get("sort"));
  const first = Number(query.get("cursor") ?? 0);
  if (held) await held;
  const next = first + pageSize < items.length ? String(first + pageSize) : null;
  return {actor: known(query.get("path")), items: items.slice(first, first + pageSize), next};
}

globalThis.fetch = async url => new Response(JSON.stringify(await answer(url)));

const pathsOf = tree => tree.rows().flatMap(row => (row.kind === "actor" ? [row.branch.actor.path] : []));
const inSessions = "root/loop 0/sessions";

async function opened() {
  calls = [];
  const tree = new Tree();
  await tree.start();
  await tree.open("root/loop 0");
  await tree.open(inSessions);
  return tree;
}

await run("console tree", {
  "reads a page of a level, and the next when asked": async () => {
    const tree = await opened();
    assert.equal(pathsOf(tree).length, 3 + pageSize);
    assert.equal(tree.rows().at(-1).kind, "rest");
    await tree.readMore(inSessions);
    assert.equal(pathsOf(tree).length, 3 + 2 * pageSize);
    assert.equal(calls.at(-1), `/api/v1/actors ${inSessions} 100`);
  },
  "does not ask for a page twice while it waits for it": async () => {
    const tree = await opened();
    calls = [];
    await Promise.all([tree.readMore(inSessions), tree.readMore(inSessions)]);
    assert.equal(calls.length, 1);
  },
  "finds a session that no page has shown": async () => {
    const tree = new Tree();
    const path = `${inSessions}/s0777`;
    await tree.reveal(path);
    assert.equal(pathsOf(tree)[3], path);
    calls = [];
    await tree.refresh([path], 4);
    assert.deepEqual(calls, [`/api/v1/actors/detail ${path} `]);
  },
  "sorts a level anew": async () => {
    const tree = await opened();
    await tree.sortChildren(inSessions, "-restarts");
    assert.equal(pathsOf(tree)[3], `${inSessions}/s0999`);
  },
  "does not take what was asked for before it was sorted": async () => {
    const tree = await opened();
    let let_go;
    delayed = new Promise(resolve => (let_go = resolve));
    const old = tree.refresh([`${inSessions}/s0001`], 4);
    delayed = null;
    await tree.sortChildren(inSessions, "-restarts");
    let_go();
    await old;
    assert.equal(pathsOf(tree)[3], `${inSessions}/s0999`);
  },
  "reads again only pages that are in sight": async () => {
    const tree = await opened();
    await tree.readMore(inSessions);
    calls = [];
    await tree.refresh([`${inSessions}/s0150`, `${inSessions}/s0151`], 4);
    assert.deepEqual(calls, [`/api/v1/actors ${inSessions} 100`]);
  },
  "asks for no more pages than it may": async () => {
    const tree = await opened();
    for (let page = 0; page < 5; ++page) await tree.readMore(inSessions);
    calls = [];
    await tree.refresh(pathsOf(tree), 3);
    assert.equal(calls.length, 3);
  },
});
