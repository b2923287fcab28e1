import {useEffect, useRef} from "preact/hooks";

import {useWindow} from "../lib/window";
import type {Pages} from "../lib/pages";
import {listMax} from "../lib/pages";
import {count} from "../lib/format";
import {Failure} from "./basics";
import type {Column} from "./table";
import {tracksOf} from "./table";

const rowHeight = 32;

/** A table of up to `listMax` rows of which only those in sight are drawn; reads on when its end comes into sight. */
export function VirtualTable<T>({
  label,
  columns,
  pages,
  rowKey,
  empty,
}: {
  label: string;
  columns: readonly Column<T>[];
  pages: Pages<T>;
  rowKey: (item: T) => string;
  empty: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const {items, more, loading, error} = pages;
  const {first, last} = useWindow(box, items.length, rowHeight);

  useEffect(() => {
    if (more && !loading && !error && last >= items.length - 1) pages.loadMore();
  }, [last, items.length, more, loading, error]);

  return (
    <div class="virtual-frame">
      <Failure text={error} />
      <div
        ref={box}
        class="virtual"
        role="table"
        aria-label={label}
        aria-rowcount={more ? -1 : items.length + 1}
        tabIndex={0}
        style={tracksOf(columns)}
      >
        <div class="virtual-head virtual-row" role="row" aria-rowindex={1}>
          {columns.map(column => (
            <div key={column.title} role="columnheader" class={column.right ? "right" : ""}>
              {column.title}
            </div>
          ))}
        </div>
        <div class="virtual-body" role="rowgroup" style={{height: `${items.length * rowHeight}px`}}>
          {items.slice(first, last + 1).map((item, offset) => (
            <div
              key={rowKey(item)}
              class="virtual-row"
              role="row"
              aria-rowindex={first + offset + 2}
              style={{transform: `translateY(${(first + offset) * rowHeight}px)`}}
            >
              {columns.map(column => (
                <div key={column.title} role="cell" class={column.right ? "right" : ""}>
                  {column.cell(item)}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
      <p class="virtual-foot muted" aria-live="polite">
        {footText(pages, empty)}
      </p>
    </div>
  );
}

function footText<T>(pages: Pages<T>, empty: string): string {
  if (pages.loading) return "Loading…";
  if (pages.full) return `The first ${count(listMax)} are shown; narrow the filters to see others.`;
  if (!pages.items.length) return pages.error ? "" : empty;
  return pages.more ? `${count(pages.items.length)} loaded, more as you scroll` : `${count(pages.items.length)} in all`;
}
