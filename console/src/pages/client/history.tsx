import * as api from "../../api";
import {Empty, Failure, Panel} from "../../components/basics";
import {EventList} from "../../components/event_list";
import {usePoll} from "../../lib/poll";

const everyMilliseconds = 3_000;
const eventsMax = 100;

export function History({id}: {id: string}) {
  const {data, error, missing} = usePoll(
    signal => api.clientEvents(id, {limit: eventsMax}, signal),
    everyMilliseconds,
    [id],
  );
  return (
    <Panel title="Events">
      <Failure text={missing ? "" : error} />
      {missing && <Empty>Nothing is remembered.</Empty>}
      {data && <EventList events={data.items} />}
    </Panel>
  );
}
