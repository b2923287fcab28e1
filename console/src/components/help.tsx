import {helpShown} from "../lib/shortcuts";
import type {Shortcut} from "../lib/shortcuts";
import {useStore} from "../lib/store";
import {Button} from "./basics";
import {Dialog} from "./dialog";

/** What the keyboard can do, asked for with "?". */
export function Help({pages}: {pages: readonly Shortcut[]}) {
  if (!useStore(helpShown)) return null;
  const close = () => helpShown.set(false);
  const all: Shortcut[] = [
    {keys: "/", what: "To the search or first filter of the page"},
    ...pages,
    {keys: "↑ ↓ ← →", what: "In a tree: move, open, close"},
    {keys: "Enter", what: "In a tree: show the details"},
    {keys: "Esc", what: "Close details or a dialog"},
    {keys: "?", what: "This list"},
  ];
  return (
    <Dialog title="Keyboard" onClose={close}>
      <dl class="keys">
        {all.map(({keys, what}) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map(key => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-actions">
        <Button onClick={close}>Close</Button>
      </div>
    </Dialog>
  );
}
