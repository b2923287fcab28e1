import * as api from "../../api";
import {errorText} from "../../http";
import {Store} from "../../lib/store";
import type {Actor, ActorLevel} from "../../model";

export const root = "root";
export const pageSize = 100;
/** The most children of one supervisor that the page keeps, and the deepest a path is followed. */
const childrenMax = 20_000;
const depthMax = 16;

/** Some children of a supervisor, as one call answered them. */
interface Leaf {
  cursor: string | null;
  paths: string[];
}

export interface Branch {
  actor: Actor;
  parent: string | null;
  depth: number;
  open: boolean;
  leaves: Leaf[];
  /** Shown above the others though no call of this level has told it: what was searched for. */
  pinned: string[];
  next: string | null;
  loading: boolean;
  /** What `loading` waits for. */
  reading: Promise<void>;
  error: string;
  sort: string;
  /** Messages a second between the last two readings; null after the first. */
  rate: number | null;
  counted: {at: number; handled: number | null};
  /** How often the level was begun anew; what was asked for before is not taken. */
  generation: number;
}

export type Row = {kind: "actor"; branch: Branch} | {kind: "rest"; branch: Branch; text: string; reads: boolean};

/** What of the actor tree was read so far. `changed` counts its changes. */
export class Tree {
  readonly changed = new Store(0);
  private readonly branches = new Map<string, Branch>();
  private sort = "";

  branch(path: string): Branch | undefined {
    return this.branches.get(path);
  }

  async start(): Promise<void> {
    if (!this.branches.has(root)) this.put(await api.actorDetail(root), null, 0);
    this.tell();
    await this.open(root);
  }

  /** The rows as they stand below each other. */
  rows(): Row[] {
    const rows: Row[] = [];
    const first = this.branches.get(root);
    if (first) this.append(first, rows);
    return rows;
  }

  private append(branch: Branch, rows: Row[]): void {
    rows.push({kind: "actor", branch});
    if (!branch.open) return;
    for (const path of this.children(branch)) {
      const child = this.branches.get(path);
      if (child) this.append(child, rows);
    }
    const full = branch.leaves.length * pageSize >= childrenMax;
    if (branch.error) rows.push({kind: "rest", branch, text: branch.error, reads: false});
    else if (branch.next !== null && full) rows.push({kind: "rest", branch, text: "More: sort or find", reads: false});
    else if (branch.next !== null || branch.loading) rows.push({kind: "rest", branch, text: "Loading…", reads: true});
  }

  private children(branch: Branch): Set<string> {
    return new Set([...branch.pinned, ...branch.leaves.flatMap(leaf => leaf.paths)]);
  }

  async open(path: string): Promise<void> {
    const branch = this.branches.get(path);
    if (!branch) return;
    branch.open = true;
    this.tell();
    if (!branch.leaves.length) await this.readMore(path);
  }

  close(path: string): void {
    const branch = this.branches.get(path);
    if (!branch) return;
    branch.open = false;
    this.tell();
  }

  async readMore(path: string): Promise<void> {
    const branch = this.branches.get(path);
    if (!branch) return;
    if (!branch.loading && (!branch.leaves.length || branch.next !== null)) {
      branch.reading = this.read(branch, branch.leaves.length);
    }
    await branch.reading;
  }

  /** Reads a level again from its beginning, sorted so; "" is the order of the whole tree. */
  async sortChildren(path: string, sort: string): Promise<void> {
    const branch = this.branches.get(path);
    if (!branch) return;
    branch.sort = sort;
    await this.readAgain(branch);
  }

  /** For every level that has no order of its own. */
  async sortAll(sort: string): Promise<void> {
    this.sort = sort;
    const opened = [...this.branches.values()].filter(branch => branch.leaves.length && !branch.sort);
    await Promise.all(opened.map(branch => this.readAgain(branch)));
  }

  private async readAgain(branch: Branch): Promise<void> {
    ++branch.generation;
    branch.leaves = [];
    branch.next = null;
    branch.loading = false;
    if (branch.open) await (branch.reading = this.read(branch, 0));
  }

  /** Reads those pages again that have one of these paths, `most` at the most. */
  async refresh(paths: readonly string[], most: number): Promise<void> {
    const wanted = new Map<Leaf, Branch>();
    const alone: string[] = [];
    for (const path of paths) {
      const parent = this.branches.get(this.branches.get(path)?.parent ?? "");
      const leaf = parent?.leaves.find(each => each.paths.includes(path));
      if (wanted.size + alone.length >= most) break;
      if (parent && leaf) wanted.set(leaf, parent);
      else if (parent?.pinned.includes(path)) alone.push(path);
    }
    await Promise.all([
      ...[...wanted].map(([leaf, branch]) => this.read(branch, branch.leaves.indexOf(leaf))),
      ...alone.map(path => this.readAlone(path)),
    ]);
  }

  /** One that no page has shown. */
  private async readAlone(path: string): Promise<void> {
    const branch = this.branches.get(path);
    try {
      if (branch) this.put(await api.actorDetail(path), branch.parent, branch.depth);
    } catch {
      const parent = this.branches.get(branch?.parent ?? "");
      if (parent) parent.pinned = parent.pinned.filter(other => other !== path); // it is gone
    }
    this.tell();
  }

  /** Opens the way to an actor, however many stand beside it; the last error is thrown. */
  async reveal(path: string): Promise<void> {
    await this.start();
    let at = this.branches.get(root);
    for (let depth = 0; at && at.actor.path !== path && depth < depthMax; ++depth) {
      await this.open(at.actor.path);
      const next = this.towards(at, path);
      if (next) {
        at = next;
        continue;
      }
      const actor = await api.actorDetail(path);
      this.put(actor, at.actor.path, at.depth + 1);
      at.pinned = [path, ...at.pinned.filter(other => other !== path)];
      break;
    }
    this.tell();
  }

  private towards(branch: Branch, path: string): Branch | undefined {
    return [...this.children(branch)]
      .map(child => this.branches.get(child))
      .filter((child): child is Branch => !!child)
      .filter(({actor}) => actor.path === path || (actor.children > 0 && path.startsWith(actor.path + "/")))
      .sort((a, b) => b.actor.path.length - a.actor.path.length)[0];
  }

  private async read(branch: Branch, place: number): Promise<void> {
    const generation = branch.generation;
    const cursor = place === branch.leaves.length ? branch.next : (branch.leaves[place]?.cursor ?? null);
    branch.loading = true;
    try {
      const level = await api.actors(branch.actor.path, branch.sort || this.sort, {cursor, limit: pageSize});
      if (generation !== branch.generation) return;
      this.take(branch, place, cursor, level);
      branch.error = "";
    } catch (error) {
      branch.error = errorText(error);
    }
    if (generation === branch.generation) branch.loading = false;
    this.tell();
  }

  private take(branch: Branch, place: number, cursor: string | null, level: ActorLevel): void {
    if (level.actor) this.put(level.actor, branch.parent, branch.depth);
    for (const actor of level.items) this.put(actor, branch.actor.path, branch.depth + 1);
    branch.leaves[place] = {cursor, paths: level.items.map(actor => actor.path)};
    if (place === branch.leaves.length - 1) branch.next = level.next;
  }

  private put(actor: Actor, parent: string | null, depth: number): void {
    const now = {at: performance.now(), handled: actor.messages_handled};
    const old = this.branches.get(actor.path);
    if (!old) {
      this.branches.set(actor.path, {
        actor,
        parent,
        depth,
        open: false,
        leaves: [],
        pinned: [],
        next: null,
        loading: false,
        reading: Promise.resolve(),
        error: "",
        sort: "",
        rate: actor.rate ?? null,
        counted: now,
        generation: 0,
      });
      return;
    }
    old.actor = actor;
    const seconds = (now.at - old.counted.at) / 1000;
    if (actor.rate !== undefined) old.rate = actor.rate;
    if (seconds < 0.5) return;
    if (actor.rate === undefined) old.rate = rateBetween(old.counted.handled, now.handled, seconds);
    old.counted = now;
  }

  private tell(): void {
    this.changed.set(this.changed.value + 1);
  }
}

function rateBetween(before: number | null, after: number | null, seconds: number): number | null {
  return before === null || after === null ? null : Math.max(0, (after - before) / seconds);
}
