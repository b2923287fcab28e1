import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button, Facts, Failure} from "../../components/basics";
import {ask, Dialog} from "../../components/dialog";
import {TextField} from "../../components/fields";
import {Payload} from "../../components/payload";
import type {Column} from "../../components/table";
import {act} from "../../components/toasts";
import {VirtualTable} from "../../components/virtual_table";
import {bytes, dateTime, visible} from "../../lib/format";
import {usePages} from "../../lib/pages";
import {fromBase64} from "../../lib/payload";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import {useTyped} from "../../lib/typed";
import type {Retained as Kept} from "../../model";

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
    {title: "Expires", width: 11, cell: each => (each.expires_at === null ? "never" : dateTime(each.expires_at))},
    {
      title: "Actions",
      width: 9,
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
          ["Expires", data?.expires_at ? dateTime(data.expires_at) : "never"],
        ]}
      />
      <Failure text={error} />
      {data && <Payload bytes={fromBase64(data.payload)} />}
      <div class="dialog-actions">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
