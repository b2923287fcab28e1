import type {ComponentChildren} from "preact";

import {Empty} from "./basics";

export interface Column<T> {
  title: string;
  /** In rem, and its share of the room that is left; only virtual tables read them. */
  width?: number;
  grow?: number;
  right?: boolean;
  /** Shown only to those who hear the page: the head of a column of buttons. */
  silent?: boolean;
  /** Needs no name where rows are blocks: it says itself what it is. */
  leads?: boolean;
  cell: (item: T) => ComponentChildren;
}

const usualWidth = 6;

/** How wide the columns of a virtual table are, for the styles. */
export function tracksOf(columns: readonly {width?: number; grow?: number}[]): Record<string, string> {
  const widths = columns.map(({width = usualWidth}) => width);
  const tracks = columns.map(({grow}, index) =>
    grow ? `minmax(${widths[index]}rem, ${grow}fr)` : `${widths[index]}rem`,
  );
  return {"--tracks": tracks.join(" "), "--least": `${widths.reduce((sum, width) => sum + width, 1)}rem`};
}

/**
 * A table of a few rows, all of them drawn. Wider than its box, it scrolls inside of it; on a narrow screen each row
 * becomes a block of names and values. The roles are written out because a table that is laid out as blocks loses them.
 */
export function Table<T>({
  label,
  columns,
  items,
  rowKey,
  empty,
}: {
  label: string;
  columns: readonly Column<T>[];
  items: readonly T[];
  rowKey: (item: T) => string | number;
  empty?: string;
}) {
  if (!items.length && empty) return <Empty>{empty}</Empty>;
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(column => (
              <th key={column.title} role="columnheader" scope="col" class={column.right ? "right" : ""}>
                {column.silent ? <span class="hidden">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map(item => (
            <tr key={rowKey(item)} role="row">
              {columns.map(column => (
                <td
                  key={column.title}
                  role="cell"
                  class={column.right ? "right" : ""}
                  data-title={column.silent || column.leads ? undefined : column.title}
                >
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
