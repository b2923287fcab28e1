import * as api from "../../api";
import {Failure, Panel} from "../../components/basics";
import {EventList} from "../../components/event_list";
import {usePoll} from "../../lib/poll";

const everyMilliseconds = 3_000;
const eventsMax = 100;

export function History({id}: {id: string}) {
  const {data, error} = usePoll(signal => api.clientEvents(id, {limit: eventsMax}, signal), everyMilliseconds, [id]);
  return (
    <Panel title="Events">
      <Failure text={error} />
      {data && <EventList events={data.items} />}
    </Panel>
  );
}
