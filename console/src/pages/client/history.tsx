import {useEffect, useRef} from "preact/hooks";

import * as api from "../../api";
import {Empty, Failure, Panel} from "../../components/basics";
import {EventList} from "../../components/event_list";
import {usePoll} from "../../lib/poll";

const everyMilliseconds = 3_000;
const eventsMax = 100;

/** Tells `onNews` when something has happened to the client since it was opened. */
export function History({id, onNews}: {id: string; onNews: () => void}) {
  const {data, error, missing} = usePoll(
    signal => api.clientEvents(id, {limit: eventsMax}, signal),
    everyMilliseconds,
    [id],
  );
  const newest = data?.items[0]?.id;
  const before = useRef(newest);
  useEffect(() => {
    if (before.current !== undefined && newest !== undefined && newest !== before.current) onNews();
    before.current = newest ?? before.current;
  }, [newest]);

  return (
    <Panel title="Events">
      <Failure text={missing ? "" : error} />
      {missing && <Empty>Nothing is remembered.</Empty>}
      {data && <EventList events={data.items} />}
    </Panel>
  );
}
