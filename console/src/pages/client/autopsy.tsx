import {useEffect} from "preact/hooks";

import * as api from "../../api";
import {Empty, Failure, Panel} from "../../components/basics";
import {visible} from "../../lib/format";
import {usePoll} from "../../lib/poll";

const everyMilliseconds = 10_000;

/** Why a client is gone, in words. */
export function Autopsy({id, news}: {id: string; news: number}) {
  const {data, error, missing, refresh} = usePoll(signal => api.autopsy(id, signal), everyMilliseconds, [id]);
  useEffect(() => {
    if (news > 0) refresh();
  }, [news]);

  return (
    <Panel title="Autopsy" className="autopsy">
      <Failure text={missing ? "" : error} />
      {(missing || data?.sentences.length === 0) && <Empty>The node remembers nothing of it.</Empty>}
      <ol>
        {data?.sentences.map((sentence, index) => (
          <li key={index}>{visible(sentence)}</li>
        ))}
      </ol>
    </Panel>
  );
}
