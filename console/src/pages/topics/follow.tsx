import {useState} from "preact/hooks";

import * as api from "../../api";
import {Badge, Button, Empty, Failure, Link, Panel} from "../../components/basics";
import {Check, QosField, TextArea, TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {tell} from "../../components/toasts";
import {useDeed} from "../../lib/deed";
import {count, several, visible} from "../../lib/format";
import {useMay} from "../../lib/roles";
import {clientPath} from "../../lib/router";
import type {Published} from "../../model";
import {Timeline} from "./timeline";

type Target = NonNullable<Published["targets"]>[number];

const targets: Column<Target>[] = [
  {title: "Client id", cell: target => <Link to={clientPath(target.client)}>{visible(target.client)}</Link>},
  {title: "Outcome", cell: target => <Badge tone={tone(target.outcome)}>{target.outcome.replaceAll("_", " ")}</Badge>},
  {title: "Why", cell: target => <span class="wraps">{visible(target.text)}</span>},
];

function tone(outcome: string): "ok" | "warn" | "bad" {
  if (/^(sent|acknowledged|received)$/.test(outcome)) return "ok";
  return /^(storing|stored|queued|in_flight)$/.test(outcome) ? "warn" : "bad";
}

/** Publishes a message and shows its way, and for who did not get it, why. */
export function Follow({first}: {first: string}) {
  const mayOperate = useMay("operator");
  const [topic, setTopic] = useState(first);
  const [payload, setPayload] = useState("");
  const [qos, setQos] = useState(1);
  const [retain, setRetain] = useState(false);
  const [client, setClient] = useState("");
  const {failure, busy, run} = useDeed();
  const [published, setPublished] = useState<Published | null>(null);

  const submit = (event: Event) => {
    event.preventDefault();
    setPublished(null);
    void run(async () => {
      const told = await api.publish({topic, payload, encoding: "text", qos, retain, follow: true, client});
      const followed = typeof told?.receivers === "number";
      setPublished(followed ? told : null);
      if (!followed) tell("Published; the node told nothing of its way.");
    });
  };

  if (!mayOperate) return <Empty>To publish needs the role operator.</Empty>;
  return (
    <>
      <Panel title="Publish">
        <form aria-label="Publish" onSubmit={submit}>
          <div class="stack">
            <TextField label="Topic" value={topic} onInput={setTopic} required />
            <TextArea label="Payload" value={payload} onInput={setPayload} />
          </div>
          <div class="line">
            <QosField value={qos} onInput={setQos} />
            <TextField label="Explain it for the client" value={client} onInput={setClient} placeholder="A client id" />
            <Check label="Retain" value={retain} onInput={setRetain} />
            <Button kind="main" type="submit" disabled={busy}>
              Publish and follow
            </Button>
          </div>
        </form>
        <Failure text={failure} />
      </Panel>
      {published && <Way published={published} />}
    </>
  );
}

function Way({published}: {published: Published}) {
  const {receivers} = published;
  const way = published.way ?? [];
  return (
    <>
      <p aria-live="polite">
        It had <b>{several(receivers, "receiver")}</b>.
        {published.settled === false && " To some of them it was still on its way when the node told this."}
      </p>
      {published.why && (
        <Panel title={`For ${visible(published.why.client)}`}>
          <p class="sentence">{visible(published.why.text)}</p>
        </Panel>
      )}
      <Panel title="Its way">
        {way.length ? <Timeline way={way} /> : <Empty>The node told nothing of it.</Empty>}
      </Panel>
      <Panel title="Who got it">
        <Table
          label="Who got it"
          columns={targets}
          items={published.targets ?? []}
          empty="No subscription matches."
          rowKey={target => `${target.client} ${target.outcome} ${target.text}`}
        />
        {!!published.targets_left_out && (
          <p class="muted small">{count(published.targets_left_out)} more are not shown.</p>
        )}
      </Panel>
    </>
  );
}
