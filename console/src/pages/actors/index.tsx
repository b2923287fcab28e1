import {useEffect, useState} from "preact/hooks";

import {Failure, PageHead} from "../../components/basics";
import {tell} from "../../components/toasts";
import {errorText} from "../../http";
import {setQuery, usePlace} from "../../lib/router";
import {Details} from "./details";
import {Find} from "./find";
import {Tree} from "./tree";
import {TreeGrid} from "./tree_grid";

export function Actors() {
  const selected = usePlace().query.get("path") ?? "";
  const [tree] = useState(() => new Tree());
  const [sort, setSort] = useState("");
  const [failure, setFailure] = useState("");

  useEffect(() => {
    tree.start().catch((error: unknown) => setFailure(errorText(error)));
  }, [tree]);
  useEffect(() => {
    if (selected && !tree.branch(selected)) {
      tree.reveal(selected).catch((error: unknown) => tell(errorText(error), true));
    }
  }, [selected]);

  const select = (path: string) => setQuery({path}, false);
  const sortAll = (wanted: string) => {
    setSort(wanted);
    void tree.sortAll(wanted);
  };

  return (
    <div class="page page-fill">
      <PageHead title="Actors">
        <Find onFound={select} />
      </PageHead>
      <Failure text={failure} />
      <div class={`split ${selected ? "split-open" : ""}`}>
        <TreeGrid tree={tree} selected={selected} sort={sort} onSelect={select} onSort={sortAll} />
        {selected && <Details path={selected} tree={tree} onClose={() => select("")} />}
      </div>
    </div>
  );
}
