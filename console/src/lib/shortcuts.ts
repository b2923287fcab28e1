import {useLayoutEffect} from "preact/hooks";

import {navigate} from "./router";
import {Store} from "./store";

/** Whether the list of shortcuts is shown. */
export const helpShown = new Store(false);

/** After "g", within so many milliseconds. */
const secondKeyMilliseconds = 1_500;

export interface Shortcut {
  keys: string;
  what: string;
}

/** `pages`: the letter behind "g", the name and the path of each. */
export function useShortcuts(pages: readonly (readonly [letter: string, path: string])[]): void {
  // As soon as the page is to be seen, and not an effect later: keys come at once.
  useLayoutEffect(() => {
    let goes = -Infinity; // when "g" was pressed, by the clock of events: a busy page takes keys late
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const went = event.timeStamp - goes < secondKeyMilliseconds;
      goes = -Infinity;
      if (went) {
        const path = pages.find(([letter]) => letter === event.key)?.[1];
        if (!path) return;
        navigate(path);
      } else if (event.key === "g") {
        goes = event.timeStamp;
        return;
      } else if (event.key === "/") {
        if (!focusSearch()) return;
      } else if (event.key === "?") {
        helpShown.set(true);
      } else {
        return;
      }
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>("main [role=search] input, main input[type=text]");
  field?.focus();
  return !!field;
}
