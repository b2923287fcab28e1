import * as api from "../../api";
import {Badge, Button, Empty, Facts, Failure, Link} from "../../components/basics";
import {ask} from "../../components/dialog";
import {Select} from "../../components/fields";
import {Icon} from "../../components/icon";
import {act} from "../../components/toasts";
import {ago, bytes, count, dateTime, label, milliseconds, percent, plain, visible} from "../../lib/format";
import {nodeState} from "../../lib/node";
import {usePoll} from "../../lib/poll";
import {useMay} from "../../lib/roles";
import {actorPath, clientPath} from "../../lib/router";
import {useStore} from "../../lib/store";
import type {ActorDetail, Link as NodeLink} from "../../model";
import {sortOptions} from "./columns";
import type {Tree} from "./tree";

const everyMilliseconds = 1_000;

export function Details({path, tree, onClose}: {path: string; tree: Tree; onClose: () => void}) {
  const {data: actor, error, refresh} = usePoll(signal => api.actorDetail(path, signal), everyMilliseconds, [path]);
  return (
    <aside
      class="details"
      aria-label="Actor"
      onKeyDown={event => {
        if (event.key === "Escape") onClose();
      }}
    >
      <div class="panel-head">
        <h2>{visible(actor?.name ?? path)}</h2>
        <button type="button" class="icon-button" aria-label="Close the actor" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <Failure text={error} />
      {actor && <Deeds actor={actor} refresh={refresh} />}
      {actor && <Known actor={actor} tree={tree} />}
    </aside>
  );
}

function Deeds({actor, refresh}: {actor: ActorDetail; refresh: () => void}) {
  const mayOperate = useMay("operator");
  const faults = useStore(nodeState)?.fault_injection ?? false;
  const restart = async () => {
    const yes = await ask({
      title: "Restart this actor?",
      action: "Restart",
      text: `${actor.path} is ended and started again by its supervisor. Its mail waits.`,
    });
    if (yes && (await act(api.restartActor(actor.path), "Restart asked for."))) refresh();
  };
  const crash = async () => {
    const yes = await ask({
      title: "Crash this actor?",
      action: "Crash",
      danger: true,
      text: `${actor.path} fails at its next message; its supervisor has to bring it back.`,
    });
    if (yes && (await act(api.crashActor(actor.path), "It will fail at its next message."))) refresh();
  };
  return (
    <div class="actions">
      {actor.client !== null && (
        <Link to={clientPath(actor.client)} className="button button-plain">
          To its client
        </Link>
      )}
      {mayOperate && <Button onClick={() => void restart()}>Restart</Button>}
      {mayOperate && faults && (
        <Button kind="danger" onClick={() => void crash()}>
          Crash
        </Button>
      )}
    </div>
  );
}

function Known({actor, tree}: {actor: ActorDetail; tree: Tree}) {
  return (
    <>
      <Facts
        rows={[
          ["State", <Badge tone={actor.state === "running" ? "ok" : "warn"}>{actor.state}</Badge>],
          ["Class", actor.class],
          ["Path", <span class="breaks">{visible(actor.path)}</span>],
          ["Loop", plain(actor.loop)],
          ["Mailbox", `${count(actor.mailbox_depth)}, oldest ${milliseconds(actor.oldest_message_age_ms)}`],
          ["Handled", count(actor.messages_handled)],
          ["CPU", percent(actor.cpu_share)],
          ["Memory", bytes(actor.memory_bytes)],
          ["Restarts", count(actor.restarts)],
        ]}
      />
      {actor.children > 0 && (
        <Select
          label={`Sort its ${count(actor.children)} children by`}
          options={sortOptions}
          value={tree.branch(actor.path)?.sort ?? ""}
          onInput={sort => void tree.sortChildren(actor.path, sort)}
        />
      )}
      <h3>Last error</h3>
      {actor.last_error ? (
        <p class="notice notice-bad">
          <time>{dateTime(actor.last_error.at)}</time> {actor.last_error.text}
        </p>
      ) : (
        <Empty>None.</Empty>
      )}
      <h3>Restart history</h3>
      <History entries={actor.restart_history} />
      <h3>Link</h3>
      {actor.link ? <LinkFacts link={actor.link} /> : <Empty>It has none.</Empty>}
      <h3>Neighbours</h3>
      {actor.neighbours.length ? (
        <ul class="plain-list">
          {actor.neighbours.map(path => (
            <li key={path}>
              <Link to={actorPath(path)} className="breaks">
                {visible(path)}
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <Empty>None.</Empty>
      )}
    </>
  );
}

function History({entries}: {entries: ActorDetail["restart_history"]}) {
  if (!entries.length) return <Empty>Never restarted.</Empty>;
  return (
    <ol class="plain-list history" aria-label="Restart history">
      {entries.map(entry => (
        <li key={entry.at + entry.cause}>
          <time class="muted" title={dateTime(entry.at)}>
            {ago(entry.at)}
          </time>{" "}
          {entry.cause}
        </li>
      ))}
    </ol>
  );
}

export function LinkFacts({link}: {link: NodeLink}) {
  return (
    <Facts
      rows={Object.entries(link).map(([name, value]) => [
        label(name),
        name.endsWith("_bytes") && typeof value === "number" ? bytes(value) : plain(value),
      ])}
    />
  );
}
