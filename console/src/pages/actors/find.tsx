import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button} from "../../components/basics";
import {TextField} from "../../components/fields";
import {tell} from "../../components/toasts";
import {errorText} from "../../http";
import {several, visible} from "../../lib/format";
import {nodeState} from "../../lib/node";
import {useStore} from "../../lib/store";

const foundMax = 8;
const loopsMax = 64;

interface Found {
  path: string;
  name: string;
  note: string;
}

/** Finds one session among however many: by its client id, or because most waits for it. */
export function Find({onFound}: {onFound: (path: string) => void}) {
  const loops = useStore(nodeState)?.loops ?? [];
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found[]>([]);

  const choose = ({path}: Found) => {
    setFound([]);
    onFound(path);
  };
  const show = async (search: () => Promise<Found[]>, nothing: string) => {
    try {
      const items = await search();
      const [first] = items;
      if (first && (items.length === 1 || first.name === text)) choose(first);
      else setFound(items);
      if (!first) tell(nothing, true);
    } catch (error) {
      tell(errorText(error), true);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void show(() => byId(text), "No client's id begins so.");
  };
  const fullest = () => void show(() => byMailbox(loops.map(loop => loop.index)), "Nothing waits for any session.");

  return (
    <form
      class="find"
      role="search"
      aria-label="Find a session"
      onSubmit={submit}
      onKeyDown={event => {
        if (event.key === "Escape") setFound([]);
      }}
    >
      <TextField label="Client id begins with" value={text} onInput={setText} required />
      <Button type="submit">Find</Button>
      <Button onClick={fullest} title="Sessions for which most waits, of all loops">
        Fullest mailboxes
      </Button>
      {found.length > 0 && (
        <ul class="found" aria-label="Found">
          {found.map(each => (
            <li key={each.path}>
              <button type="button" onClick={() => choose(each)}>
                <span>{visible(each.name)}</span> <span class="muted">{each.note}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}

async function byId(prefix: string): Promise<Found[]> {
  const {items} = await api.clients({id_prefix: prefix}, {limit: foundMax});
  const shown = items.map(({id, actor, connected}) => ({path: actor ?? "", name: id, note: connected ? "" : "away"}));
  return shown.filter(each => each.path).sort((a, b) => Number(b.name === prefix) - Number(a.name === prefix));
}

async function byMailbox(loops: number[]): Promise<Found[]> {
  const levels = await Promise.all(
    loops.slice(0, loopsMax).map(loop => api.actors(`root/loop ${loop}/sessions`, "-mailbox_depth", {limit: foundMax})),
  );
  return levels
    .flatMap(level => level.items)
    .filter(actor => (actor.mailbox_depth ?? 0) > 0)
    .sort((a, b) => (b.mailbox_depth ?? 0) - (a.mailbox_depth ?? 0))
    .slice(0, foundMax)
    .map(({path, name, mailbox_depth: depth}) => ({path, name, note: several(depth, "message")}));
}
