import {useState} from "preact/hooks";

import {Badge, Button, Empty, Link, Panel} from "../../components/basics";
import {Check, QosField, TextArea, TextField} from "../../components/fields";
import {act} from "../../components/toasts";
import {clock, visible} from "../../lib/format";
import {clientPath} from "../../lib/router";
import {useStore} from "../../lib/store";
import type {Connection, Message, State} from "./connection";
import {remove} from "./connections";

const tones: Record<State, "ok" | "warn" | "calm"> = {connected: "ok", connecting: "warn", closed: "calm"};

export function ConnectionPanel({connection}: {connection: Connection}) {
  useStore(connection.changed);
  const {state, target, why} = connection;
  return (
    <Panel
      title={visible(target.clientId)}
      className="connection"
      actions={
        <>
          <Badge tone={tones[state]}>{state}</Badge>
          {state === "closed" ? (
            <Button onClick={() => void connection.open()}>Connect again</Button>
          ) : (
            <Button onClick={() => connection.disconnect()}>Disconnect</Button>
          )}
          <Button onClick={() => remove(connection)}>Remove</Button>
        </>
      }
    >
      <p class="muted breaks">
        {target.url} <Link to={clientPath(target.clientId)}>What the node knows of it</Link>
      </p>
      {state !== "connected" && why && (
        <p class="notice" role="status">
          {why}
        </p>
      )}
      <Subscribe connection={connection} />
      <Publish connection={connection} />
      <Messages connection={connection} />
    </Panel>
  );
}

function Subscribe({connection}: {connection: Connection}) {
  const [filter, setFilter] = useState("#");
  const [qos, setQos] = useState(1);
  const submit = (event: Event) => {
    event.preventDefault();
    void act(connection.subscribe(filter, qos), "");
  };
  return (
    <>
      <form class="line" aria-label="Subscribe" onSubmit={submit}>
        <TextField label="Topic filter" value={filter} onInput={setFilter} required className="field-wide" />
        <QosField value={qos} onInput={setQos} />
        <Button type="submit" disabled={connection.state !== "connected"}>
          Subscribe
        </Button>
      </form>
      <ul class="chips" aria-label="Subscriptions">
        {[...connection.subscriptions].map(([name, granted]) => (
          <li key={name}>
            <span class="mono">{visible(name)}</span> <span class="muted">QoS {granted}</span>
            <Button
              kind="quiet"
              label={`Unsubscribe from ${name}`}
              onClick={() => void act(connection.unsubscribe(name), "")}
            >
              ×
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Publish({connection}: {connection: Connection}) {
  const [topic, setTopic] = useState("");
  const [payload, setPayload] = useState("");
  const [qos, setQos] = useState(1);
  const [retain, setRetain] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    void act(connection.publish(topic, payload, qos, retain), "");
  };
  return (
    <form class="stack publish" aria-label="Publish" onSubmit={submit}>
      <TextField label="Topic" value={topic} onInput={setTopic} required />
      <TextArea label="Payload" value={payload} onInput={setPayload} rows={2} />
      <div class="actions">
        <QosField value={qos} onInput={setQos} />
        <Check label="Retain" value={retain} onInput={setRetain} />
        <Button type="submit" disabled={connection.state !== "connected"}>
          Publish
        </Button>
      </div>
    </form>
  );
}

function Messages({connection}: {connection: Connection}) {
  const {messages} = connection;
  return (
    <>
      <div class="panel-head">
        <h3>Messages</h3>
        {messages.length > 0 && (
          <Button kind="quiet" onClick={() => connection.clear()}>
            Clear
          </Button>
        )}
      </div>
      {!messages.length && <Empty>None yet.</Empty>}
      <ol class="messages" aria-label="Messages" tabIndex={0}>
        {messages.map(message => (
          <Shown key={message.id} message={message} />
        ))}
      </ol>
    </>
  );
}

function Shown({message}: {message: Message}) {
  return (
    <li>
      <div>
        <Badge tone={message.sent ? "info" : "ok"}>{message.sent ? "sent" : "received"}</Badge>
        <b class="mono breaks">{visible(message.topic)}</b>
        <span class="muted">
          QoS {message.qos}
          {message.retain ? ", retained" : ""}
        </span>
        <time class="muted">{clock(message.at, true)}</time>
      </div>
      <pre>{message.text}</pre>
    </li>
  );
}
