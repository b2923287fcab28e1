import {useEffect} from "preact/hooks";

import * as api from "../../api";
import {Empty, Failure, Panel} from "../../components/basics";
import {visible} from "../../lib/format";
import {usePoll} from "../../lib/poll";

const everyMilliseconds = 10_000;

/** What two sentences tell of one that is connected: that it is, and since when. */
const nothingMore = 2;

/** Why a client is gone, in words, the sum of it first; of one that is there what happened before, where anything did. */
export function Autopsy({id, news, alive}: {id: string; news: number; alive: boolean}) {
  const {data, error, missing, refresh} = usePoll(signal => api.autopsy(id, signal), everyMilliseconds, [id]);
  useEffect(() => {
    if (news > 0) refresh();
  }, [news]);

  if (alive && (data?.sentences.length ?? 0) <= nothingMore) return null;
  const [sum, ...chain] = data?.sentences ?? [];
  return (
    <Panel title={alive ? "What happened to it" : "Autopsy"} className={alive ? "autopsy autopsy-alive" : "autopsy"}>
      <Failure text={missing ? "" : error} />
      {(missing || data?.sentences.length === 0) && <Empty>The node remembers nothing of it.</Empty>}
      {sum && <p class="autopsy-sum">{visible(sum)}</p>}
      <ol>
        {chain.map((sentence, index) => (
          <li key={index}>{visible(sentence)}</li>
        ))}
      </ol>
    </Panel>
  );
}
