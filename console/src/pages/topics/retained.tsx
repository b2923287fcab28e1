import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button, Facts, Failure} from "../../components/basics";
import {ask, Dialog} from "../../components/dialog";
import {TextField} from "../../components/fields";
import {Payload} from "../../components/payload";
import type {Column} from "../../components/table";
import {act, tell} from "../../components/toasts";
import {VirtualTable} from "../../components/virtual_table";
import {errorText} from "../../http";
import {bytes, dateTime, several, visible} from "../../lib/format";
import {usePages} from "../../lib/pages";
import {fromBase64} from "../../lib/payload";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import {useTyped} from "../../lib/typed";
import type {Retained as Kept, RetainedMessage} from "../../model";

const pageSize = 200;

export function Retained({query}: {query: URLSearchParams}) {
  const mayOperate = useMay("operator");
  const [prefix, setPrefix] = useState(query.get("prefix") ?? "");
  const [text, type] = useTyped(prefix, setPrefix);
  const [read, setRead] = useState<string | null>(null);
  const pages = usePages<Kept>((cursor, signal) => api.retained(prefix, {cursor, limit: pageSize}, signal), [prefix]);

  const remove = async (topic: string) => {
    const yes = await ask({
      title: "Delete this retained message?",
      action: "Delete",
      danger: true,
      text: `${visible(topic)}: who subscribes from now on does not get it any more.`,
    });
    if (yes && (await act(api.deleteRetained(topic), "Deleted."))) pages.reload();
  };
  const removeAll = async () => {
    const yes = await ask({
      title: "Delete all retained messages below?",
      action: "Delete them all",
      danger: true,
      text: `All whose topic begins with ${visible(prefix)}: who subscribes from now on does not get them any more.`,
    });
    if (!yes) return;
    try {
      let removed = 0;
      let more = true;
      while (more) {
        const part = await api.deleteAllRetained(prefix);
        removed += part.removed;
        more = part.more;
      }
      tell(`${several(removed, "message")} deleted.`);
    } catch (error) {
      tell(errorText(error), true);
    }
    pages.reload();
  };
  const columns: Column<Kept>[] = [
    {
      title: "Topic",
      width: 16,
      grow: 1,
      cell: each => (
        <span class="mono" title={visible(each.topic)}>
          {visible(each.topic)}
        </span>
      ),
    },
    {title: "Size", width: 6, right: true, cell: each => bytes(each.bytes)},
    {title: "QoS", width: 4, right: true, cell: each => each.qos},
    {title: "Since", width: 10.5, cell: each => dateTime(each.since)},
    {title: "Expires", width: 10.5, cell: each => (each.expires_at === null ? "never" : dateTime(each.expires_at))},
    {
      title: "Actions",
      width: 9,
      right: true,
      cell: each => (
        <>
          <Button kind="quiet" label={`Read ${each.topic}`} onClick={() => setRead(each.topic)}>
            Read
          </Button>
          {mayOperate && (
            <Button kind="quiet" label={`Delete ${each.topic}`} onClick={() => void remove(each.topic)}>
              Delete
            </Button>
          )}
        </>
      ),
    },
  ];
  return (
    <>
      <form class="filters" role="search" aria-label="Filters" onSubmit={event => event.preventDefault()}>
        <TextField label="Topic begins with" value={text} onInput={type} />
        {mayOperate && prefix !== "" && pages.items.length > 0 && (
          <div class="beside-field">
            <Button kind="danger" onClick={() => void removeAll()}>
              Delete all of these
            </Button>
          </div>
        )}
      </form>
      <VirtualTable
        label="Retained messages"
        columns={columns}
        pages={pages}
        rowKey={each => each.topic}
        empty="Nothing is retained here."
      />
      {read !== null && <Message topic={read} onClose={() => setRead(null)} />}
    </>
  );
}

function Message({topic, onClose}: {topic: string; onClose: () => void}) {
  const {data, error} = usePoll(signal => api.retainedMessage(topic, signal), 0, [topic]);
  return (
    <Dialog title="Retained message" onClose={onClose}>
      <Facts
        rows={[
          ["Topic", <span class="mono">{visible(topic)}</span>],
          ["Size", bytes(data?.bytes)],
          ["QoS", data?.qos ?? "–"],
          ["Since", dateTime(data?.since)],
          ["Expires", data?.expires_at ? dateTime(data.expires_at) : "never"],
          ...propertiesOf(data),
        ]}
      />
      <Failure text={error} />
      {data?.payload_is_cut && <p class="muted">Only its beginning is shown.</p>}
      {data && <Payload bytes={fromBase64(data.payload)} />}
      <div class="dialog-actions">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

/** What its publisher said of it. */
function propertiesOf(message: RetainedMessage | undefined): [string, string][] {
  const all: [string, string | null | undefined][] = [
    ["Content type", message?.content_type],
    ["Response topic", message?.response_topic],
    ["Correlation data", message?.correlation_data],
    ...(message?.user_properties ?? []).map(({name, value}): [string, string] => [name, value]),
  ];
  return all.filter(([, value]) => value).map(([name, value]) => [visible(name), visible(value ?? "")]);
}
