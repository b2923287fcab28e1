import {useEffect, useState} from "preact/hooks";

import * as api from "../../api";
import {Button} from "../../components/basics";
import {Select, TextField} from "../../components/fields";
import {usePoll} from "../../lib/poll";
import type {ClientFilter} from "../../model";

const typingMilliseconds = 300;
const texts = [
  ["id_prefix", "Client id begins with"],
  ["user", "User"],
  ["address", "Address"],
] as const;

export function filterOf(query: URLSearchParams): ClientFilter {
  const read = (name: string) => query.get(name) ?? undefined;
  return {
    id_prefix: read("id_prefix"),
    user: read("user"),
    address: read("address"),
    listener: read("listener"),
    protocol: read("protocol"),
    connected: read("connected"),
  };
}

/** Tells a change of a text when typing pauses. */
export function Filters({filter, onChange}: {filter: ClientFilter; onChange: (changes: ClientFilter) => void}) {
  const {data: listeners} = usePoll(api.listeners, 0);
  const [typed, setTyped] = useState<ClientFilter>(filter);
  useEffect(() => {
    if (texts.every(([name]) => (typed[name] ?? "") === (filter[name] ?? ""))) return;
    const timer = setTimeout(
      () =>
        onChange({
          id_prefix: typed.id_prefix ?? "",
          user: typed.user ?? "",
          address: typed.address ?? "",
        }),
      typingMilliseconds,
    );
    return () => clearTimeout(timer);
  }, [typed]);

  const [unfolded, setUnfolded] = useState(false);
  const set = Object.entries(filter).filter(([name, value]) => value && name !== "id_prefix").length;
  const names = (listeners?.items ?? []).map(({name}): [string, string] => [name, name]);
  return (
    <form
      class={`filters filters-${unfolded ? "open" : "folded"}`}
      role="search"
      aria-label="Filters"
      onSubmit={event => event.preventDefault()}
    >
      {texts.map(([name, title]) => (
        <TextField
          key={name}
          className={name === "id_prefix" ? "" : "folds"}
          label={title}
          value={typed[name] ?? ""}
          onInput={text => setTyped(old => ({...old, [name]: text}))}
        />
      ))}
      <Select
        label="Listener"
        className="folds"
        value={filter.listener ?? ""}
        options={[["", "any"], ...names]}
        onInput={listener => onChange({listener})}
      />
      <Select
        label="Protocol"
        className="folds"
        value={filter.protocol ?? ""}
        onInput={protocol => onChange({protocol})}
        options={[
          ["", "any"],
          ["5", "5"],
          ["3.1.1", "3.1.1"],
          ["3.1", "3.1"],
        ]}
      />
      <Select
        label="State"
        className="folds"
        value={filter.connected ?? ""}
        onInput={connected => onChange({connected})}
        options={[
          ["", "any"],
          ["true", "connected"],
          ["false", "disconnected"],
        ]}
      />
      <div class="unfold">
        <Button onClick={() => setUnfolded(!unfolded)} expanded={unfolded}>
          {unfolded ? "Fewer filters" : set ? `More filters, ${set} set` : "More filters"}
        </Button>
      </div>
    </form>
  );
}
