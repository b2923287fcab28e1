import * as api from "../../api";
import {errorText} from "../../http";
import {Store} from "../../lib/store";
import type {Topic} from "../../model";

const pageSize = 200;
/** The most names of one level that the page keeps. */
const namesMax = 20_000;
/** The most levels that one round of refreshing reads. */
const refreshedMax = 8;

export interface Level {
  topic: Topic | null; // null: above the first level
  depth: number;
  parent: string | null;
  open: boolean;
  names: string[];
  next: string | null;
  read: boolean;
  loading: boolean;
  error: string;
}

export type Row =
  {kind: "topic"; level: Level; topic: Topic} | {kind: "rest"; level: Level; text: string; reads: boolean};

const top = ""; // key of what is above the first level; topics have a key of their own, for "" is a level's name, too
const keyOf = (topic: Topic | null) => (topic ? "/" + topic.topic : top);

/** What of the topics was read so far, level by level. `changed` counts its changes. */
export class Levels {
  readonly changed = new Store(0);
  private readonly levels = new Map<string, Level>([[top, this.fresh(null, null, -1)]]);

  start(): void {
    void this.open(null);
  }

  rows(): Row[] {
    const rows: Row[] = [];
    const first = this.levels.get(top);
    if (first) this.append(first, rows);
    return rows;
  }

  private append(level: Level, rows: Row[]): void {
    if (level.topic) rows.push({kind: "topic", level, topic: level.topic});
    if (!level.open) return;
    for (const name of level.names) {
      const child = this.levels.get(name);
      if (child) this.append(child, rows);
    }
    const full = level.names.length >= namesMax;
    if (level.error) rows.push({kind: "rest", level, text: level.error, reads: false});
    else if (level.next !== null && full) rows.push({kind: "rest", level, text: "There are more.", reads: false});
    else if (level.next !== null || level.loading) rows.push({kind: "rest", level, text: "Loading…", reads: true});
  }

  async open(topic: Topic | null): Promise<void> {
    const level = this.levels.get(keyOf(topic));
    if (!level) return;
    level.open = true;
    if (!level.read) await this.readMore(level);
    this.tell();
  }

  close(topic: Topic): void {
    const level = this.levels.get(keyOf(topic));
    if (level) level.open = false;
    this.tell();
  }

  async readMore(level: Level): Promise<void> {
    if (level.loading || (level.read && level.next === null)) return;
    level.loading = true;
    this.tell();
    try {
      const page = await api.topics(level.topic?.topic ?? null, {cursor: level.next, limit: pageSize});
      for (const topic of page.items) {
        this.levels.set(keyOf(topic), this.fresh(topic, keyOf(level.topic), level.depth + 1));
      }
      level.names = [...new Set([...level.names, ...page.items.map(keyOf)])];
      level.next = page.next;
      level.read = true;
      level.error = "";
    } catch (error) {
      level.error = errorText(error);
    }
    level.loading = false;
    this.tell();
  }

  /** Reads the beginning of the open levels again: their counts move, and new names come. */
  async refresh(): Promise<void> {
    const open = [...this.levels.values()].filter(level => level.open && level.read && !level.loading);
    const again = open.slice(0, refreshedMax);
    for (const level of again) await this.readAgain(level).catch(() => {}); // the next round tries
    this.tell();
  }

  private async readAgain(level: Level): Promise<void> {
    const page = await api.topics(level.topic?.topic ?? null, {limit: pageSize});
    for (const topic of page.items) {
      const known = this.levels.get(keyOf(topic));
      if (known) known.topic = topic;
      else this.levels.set(keyOf(topic), this.fresh(topic, keyOf(level.topic), level.depth + 1));
    }
    const names = page.items.map(keyOf);
    const whole = page.next === null; // what is not told any more is gone
    level.names = whole ? names : [...new Set([...names, ...level.names])];
    if (whole) level.next = null;
  }

  private fresh(topic: Topic | null, parent: string | null, depth: number): Level {
    return {topic, depth, parent, open: false, names: [], next: null, read: false, loading: false, error: ""};
  }

  private tell(): void {
    this.changed.set(this.changed.value + 1);
  }
}

export function parentRow(rows: readonly Row[], row: Row): number {
  const parent = row.kind === "rest" ? keyOf(row.level.topic) : row.level.parent;
  return rows.findIndex(other => other.kind === "topic" && keyOf(other.topic) === parent);
}
