import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button} from "../../components/basics";
import {TextField} from "../../components/fields";
import {tell} from "../../components/toasts";
import {errorText} from "../../http";
import {visible} from "../../lib/format";
import type {Client} from "../../model";

const foundMax = 8;

/** Finds the actor of a client among however many. */
export function Find({onFound}: {onFound: (path: string) => void}) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<Client[]>([]);

  const choose = (client: Client) => {
    setFound([]);
    if (client.actor) onFound(client.actor);
    else tell("This session sleeps in the store and has no actor.", true);
  };
  const find = async (event: Event) => {
    event.preventDefault();
    try {
      const {items} = await api.clients({id_prefix: text}, {limit: foundMax});
      const same = items.find(client => client.id === text) ?? (items.length === 1 ? items[0] : undefined);
      if (same) choose(same);
      else setFound(items);
      if (!items.length) tell("No client's id begins so.", true);
    } catch (error) {
      tell(errorText(error), true);
    }
  };

  return (
    <form class="find" role="search" aria-label="Find a session" onSubmit={find}
      onKeyDown={event => { if (event.key === "Escape") setFound([]); }}>
      <TextField label="Client id begins with" value={text} onInput={setText} required />
      <Button type="submit">Find</Button>
      {found.length > 0 && (
        <ul class="found" aria-label="Found">
          {found.map(client => (
            <li key={client.id}>
              <button type="button" onClick={() => choose(client)}>{visible(client.id)}</button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
