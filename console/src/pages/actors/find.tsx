import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button} from "../../components/basics";
import {TextField} from "../../components/fields";
import {tell} from "../../components/toasts";
import {errorText} from "../../http";
import {milliseconds, percent, several, visible} from "../../lib/format";
import {nodeState} from "../../lib/node";
import {useStore} from "../../lib/store";

const foundMax = 8;
const loopsMax = 64;

interface Found {
  path: string;
  name: string;
  note: string;
}

type Order = "mailbox_depth" | "oldest_message_age_ms" | "cpu_share";

interface Ranking {
  title: string;
  what: string;
  order: Order;
  nothing: string;
}

const rankings: Ranking[] = [
  {
    title: "Fullest mailboxes",
    what: "Sessions for which most waits",
    order: "mailbox_depth",
    nothing: "Nothing waits for any session.",
  },
  {
    title: "Waiting longest",
    what: "Sessions whose oldest message is oldest",
    order: "oldest_message_age_ms",
    nothing: "Nothing waits for any session.",
  },
  {
    title: "Busiest",
    what: "Sessions that take most of a processor",
    order: "cpu_share",
    nothing: "No session is busy.",
  },
];

const notes: Record<Order, (value: number) => string> = {
  mailbox_depth: value => several(value, "message"),
  oldest_message_age_ms: value => `for ${milliseconds(value)}`,
  cpu_share: percent,
};

/** Finds one session among however many: by its client id, or because it stands out. */
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
  const rank = ({order, nothing}: Ranking) => show(() => worst(loops.map(loop => loop.index), order), nothing);

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
      {rankings.map(ranking => (
        <Button key={ranking.order} onClick={() => void rank(ranking)} title={`${ranking.what}, of all loops`}>
          {ranking.title}
        </Button>
      ))}
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

/** The first of all loops' sessions by one of their figures. */
async function worst(loops: number[], order: Order): Promise<Found[]> {
  const levels = await Promise.all(
    loops.slice(0, loopsMax).map(loop => api.actors(`root/loop ${loop}/sessions`, "-" + order, {limit: foundMax})),
  );
  return levels
    .flatMap(level => level.items)
    .filter(actor => (actor[order] ?? 0) > 0)
    .sort((a, b) => (b[order] ?? 0) - (a[order] ?? 0))
    .slice(0, foundMax)
    .map(actor => ({path: actor.path, name: actor.name, note: notes[order](actor[order] ?? 0)}));
}
