import {Badge, Empty, Panel} from "../../components/basics";
import {eventColumns, EventList} from "../../components/event_list";
import {count} from "../../lib/format";
import {useEvents} from "../../lib/events";

const shownMax = 12;

/** What happens as it happens: clients come and go, actors fail and are restarted, alarms. */
export function Latest() {
  const {events, count: come, open} = useEvents(shownMax);
  return (
    <Panel
      title="Latest events"
      actions={
        <>
          {come > shownMax && <span class="muted small">{count(come)} since this page was opened</span>}
          <Badge tone={open ? "ok" : "calm"}>{open ? "live" : "not connected"}</Badge>
        </>
      }
    >
      {events.length ? (
        <EventList label="Latest events" events={events} columns={eventColumns} />
      ) : (
        <Empty>They appear here as they happen.</Empty>
      )}
    </Panel>
  );
}
