import {useEffect, useLayoutEffect, useRef} from "preact/hooks";

import {Badge} from "../../components/basics";
import {Icon} from "../../components/icon";
import {tracksOf} from "../../components/table";
import {count, visible} from "../../lib/format";
import {useStore} from "../../lib/store";
import {useTreeKeys} from "../../lib/tree_keys";
import {useWindow} from "../../lib/window";
import type {ActorState} from "../../model";
import {columns} from "./columns";
import type {Branch, Row, Tree} from "./tree";

const rowHeight = 30;
const refreshMilliseconds = 1_500;
const pagesARound = 6;
const tracks = tracksOf([{width: 11, grow: 1}, ...columns]);
const rowId = (index: number) => `actor-row-${index}`;

/** The tree as a table: arrow keys move and open, Enter shows the details, a head sorts every level. */
export function TreeGrid({
  tree,
  selected,
  sort,
  onSelect,
  onSort,
}: {
  tree: Tree;
  selected: string;
  sort: string;
  onSelect: (path: string) => void;
  onSort: (sort: string) => void;
}) {
  const changed = useStore(tree.changed);
  const box = useRef<HTMLDivElement>(null);
  const rows = tree.rows();
  const {active, go, onKeyDown} = useTreeKeys(box, rowHeight, rows, {
    isOpen: row => row.kind === "actor" && row.branch.open,
    isParent: row => row.kind === "actor" && row.branch.actor.children > 0,
    open: row => void tree.open(row.branch.actor.path),
    close: row => tree.close(row.branch.actor.path),
    parentOf: row => parentOf(rows, row),
    choose: row => {
      if (row.kind === "actor") onSelect(row.branch.actor.path);
    },
  });
  const {first, last} = useWindow(box, rows.length, rowHeight);
  const inSight = rows.slice(first, last + 1);

  useEffect(() => {
    for (const row of inSight) if (row.kind === "rest" && row.reads) void tree.readMore(row.branch.actor.path);
  }, [changed, first, last]);

  const seen = useRef<string[]>([]);
  seen.current = inSight.flatMap(row => (row.kind === "actor" ? [row.branch.actor.path] : []));
  useEffect(() => {
    let stopped = false;
    let timer = 0;
    const round = async () => {
      if (!document.hidden) await tree.refresh(seen.current, pagesARound);
      if (!stopped) timer = window.setTimeout(round, refreshMilliseconds);
    };
    timer = window.setTimeout(round, refreshMilliseconds);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [tree]);

  useLayoutEffect(() => {
    // What was chosen elsewhere comes into sight. Not after the next picture: a key may have led on by then.
    const place = rows.findIndex(row => row.kind === "actor" && row.branch.actor.path === selected);
    if (place >= 0) go(place);
  }, [selected, !!tree.branch(selected)]);

  return (
    <div
      ref={box}
      class="virtual tree"
      role="treegrid"
      aria-label="Actor tree"
      tabIndex={0}
      onKeyDown={onKeyDown}
      aria-activedescendant={rows.length ? rowId(active) : undefined}
      style={tracks}
    >
      <Head sort={sort} onSort={onSort} />
      <div class="virtual-body" role="rowgroup" style={{height: `${rows.length * rowHeight}px`}}>
        {inSight.map((row, offset) => {
          const place = first + offset;
          const style = {transform: `translateY(${place * rowHeight}px)`};
          return row.kind === "actor" ? (
            <ActorRow
              key={row.branch.actor.path}
              id={rowId(place)}
              branch={row.branch}
              style={style}
              active={place === active}
              selected={row.branch.actor.path === selected}
              onToggle={() => toggle(tree, row.branch)}
              onSelect={() => {
                go(place);
                onSelect(row.branch.actor.path);
              }}
            />
          ) : (
            <RestRow key={row.branch.actor.path + "/rest"} id={rowId(place)} row={row} style={style} />
          );
        })}
      </div>
    </div>
  );
}

function toggle(tree: Tree, branch: Branch): void {
  if (branch.open) tree.close(branch.actor.path);
  else void tree.open(branch.actor.path);
}

function parentOf(rows: Row[], row: Row): number {
  const parent = row.kind === "rest" ? row.branch.actor.path : row.branch.parent;
  return rows.findIndex(other => other.kind === "actor" && other.branch.actor.path === parent);
}

function Head({sort, onSort}: {sort: string; onSort: (sort: string) => void}) {
  const by = sort.replace("-", "");
  const falling = sort.startsWith("-");
  const heads = [{title: "Actor", sort: "name"}, ...columns];
  return (
    <div class="virtual-head virtual-row" role="row">
      {heads.map(({title, sort: field}, index) => (
        <div
          key={field}
          role="columnheader"
          class={index ? "right" : ""}
          aria-sort={by !== field ? "none" : falling ? "descending" : "ascending"}
        >
          <button
            type="button"
            class="sort"
            title={`Sort the children of every supervisor by ${title.toLowerCase()}`}
            onClick={() => onSort(nextSort(sort, field))}
          >
            {title}
            {by === field && <Icon name={falling ? "down" : "up"} />}
          </button>
        </div>
      ))}
    </div>
  );
}

/** Most first, least first, as the tree has them; names the other way round. */
function nextSort(sort: string, field: string): string {
  const order = field === "name" ? [field, "-" + field, ""] : ["-" + field, field, ""];
  return order[(order.indexOf(sort) + 1) % order.length] ?? "";
}

function ActorRow({
  id,
  branch,
  style,
  active,
  selected,
  onToggle,
  onSelect,
}: {
  id: string;
  branch: Branch;
  style: Record<string, string>;
  active: boolean;
  selected: boolean;
  onToggle: () => void;
  onSelect: () => void;
}) {
  const {actor, open, depth} = branch;
  const parent = actor.children > 0;
  return (
    <div
      id={id}
      class={`virtual-row ${active ? "row-active" : ""} ${selected ? "row-selected" : ""}`}
      role="row"
      style={style}
      aria-level={depth + 1}
      aria-expanded={parent ? open : undefined}
      aria-selected={selected}
      onClick={onSelect}
    >
      <div role="gridcell" class="tree-name" style={{paddingLeft: `${0.25 + depth * 0.85}rem`}}>
        {parent ? (
          <button
            type="button"
            tabIndex={-1}
            class={`twist ${open ? "twist-open" : ""}`}
            aria-label={`${open ? "Collapse" : "Expand"} ${visible(actor.name)}`}
            onClick={event => {
              event.stopPropagation();
              onToggle();
            }}
          >
            <Icon name="chevron" />
          </button>
        ) : (
          <span class="twist" />
        )}
        <span class={`dot dot-${dotOf(actor.state)}`} title={actor.state} aria-hidden="true" />
        <span class="tree-label" title={visible(actor.name)}>
          {visible(actor.name)}
        </span>
        <State state={actor.state} />
        {parent && <span class="muted small">{count(actor.children)}</span>}
      </div>
      {columns.map(column => (
        <div key={column.sort} role="gridcell" class="right">
          {column.cell(branch)}
        </div>
      ))}
    </div>
  );
}

const dotOf = (state: string) => ({running: "ok", restarting: "warn", stopped: "bad"})[state] ?? "asleep";

/** Many sessions sleep, and nothing is wrong with them: their dot is enough for who sees it. */
function State({state}: {state: ActorState}) {
  if (state === "running") return null;
  if (state === "asleep") return <span class="hidden">asleep</span>;
  return <Badge tone={state === "restarting" ? "warn" : "bad"}>{state}</Badge>;
}

function RestRow({id, row, style}: {id: string; row: Row; style: Record<string, string>}) {
  return (
    <div id={id} class="virtual-row" role="row" style={style}>
      <div role="gridcell" class="tree-name muted" style={{paddingLeft: `${1.5 + (row.branch.depth + 1) * 0.85}rem`}}>
        {row.kind === "rest" && row.text}
      </div>
    </div>
  );
}
