import type {RefObject} from "preact";
import {useState} from "preact/hooks";

export interface TreeMoves<Row> {
  isOpen: (row: Row) => boolean;
  isParent: (row: Row) => boolean;
  open: (row: Row) => void;
  close: (row: Row) => void;
  parentOf: (row: Row) => number;
  choose: (row: Row) => void;
}

/** The keys of a tree whose rows stand below each other in a box: arrows, page up and down, home, end, Enter. */
export function useTreeKeys<Row>(
  box: RefObject<HTMLElement | null>,
  rowHeight: number,
  rows: readonly Row[],
  moves: TreeMoves<Row>,
) {
  const [active, setActive] = useState(0);

  function go(place: number): void {
    const wanted = Math.max(0, Math.min(rows.length - 1, place));
    setActive(wanted);
    const element = box.current;
    if (!element) return;
    const [top, height] = [wanted * rowHeight, element.clientHeight - rowHeight]; // the head covers one row
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + height) element.scrollTop = top + rowHeight - height;
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = rows[active];
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 300) / rowHeight) - 2);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length,
    };
    const step = steps[event.key];
    if (event.target !== box.current) return;
    if (step !== undefined) go(step);
    else if (event.key === "ArrowRight" && row && moves.isParent(row)) into(row);
    else if (event.key === "ArrowLeft" && row) out(row);
    else if (event.key === "Enter" && row) moves.choose(row);
    else return;
    event.preventDefault();
  }

  function into(row: Row): void {
    if (moves.isOpen(row)) go(active + 1);
    else moves.open(row);
  }

  function out(row: Row): void {
    if (moves.isOpen(row)) moves.close(row);
    else go(Math.max(0, moves.parentOf(row)));
  }

  return {active, go, onKeyDown};
}
