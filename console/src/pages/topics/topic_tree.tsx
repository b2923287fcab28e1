import {useEffect, useRef, useState} from "preact/hooks";

import {Link} from "../../components/basics";
import {Icon} from "../../components/icon";
import {tracksOf} from "../../components/table";
import {plain, rate, visible} from "../../lib/format";
import {useMay} from "../../lib/roles";
import {tracePath} from "../../lib/router";
import {useStore} from "../../lib/store";
import {useTreeKeys} from "../../lib/tree_keys";
import {useWindow} from "../../lib/window";
import type {Topic} from "../../model";
import type {Row} from "./levels";
import {Levels, parentRow} from "./levels";

const rowHeight = 30;
const refreshMilliseconds = 3_000;
const tracks = tracksOf([{width: 9, grow: 1}, {width: 4.5}, {width: 4.25}, {width: 4.75}]);
const rowId = (place: number) => `topic-row-${place}`;

export function TopicTree() {
  const [levels] = useState(() => new Levels());
  const [chosen, setChosen] = useState<Topic | null>(null);
  const changed = useStore(levels.changed);
  const box = useRef<HTMLDivElement>(null);
  const rows = levels.rows();
  const {first, last} = useWindow(box, rows.length, rowHeight);
  const {active, go, onKeyDown} = useTreeKeys(box, rowHeight, rows, {
    isOpen: row => row.kind === "topic" && row.level.open,
    isParent: row => row.kind === "topic" && row.topic.children,
    open: row => void levels.open(row.level.topic),
    close: row => {
      if (row.kind === "topic") levels.close(row.topic);
    },
    parentOf: row => parentRow(rows, row),
    choose: row => {
      if (row.kind === "topic") setChosen(row.topic);
    },
  });
  const inSight = rows.slice(first, last + 1);

  useEffect(() => levels.start(), [levels]);
  useEffect(() => {
    let timer = 0;
    let stopped = false;
    const round = async () => {
      if (!document.hidden) await levels.refresh();
      if (!stopped) timer = window.setTimeout(round, refreshMilliseconds);
    };
    timer = window.setTimeout(round, refreshMilliseconds);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [levels]);
  useEffect(() => {
    for (const row of inSight) if (row.kind === "rest" && row.reads) void levels.readMore(row.level);
  }, [changed, first, last]);

  const toggle = (row: Row) => {
    if (row.kind !== "topic") return;
    if (row.level.open) levels.close(row.topic);
    else void levels.open(row.topic);
  };
  return (
    <>
      <Chosen topic={chosen} />
      <div
        ref={box}
        class="virtual tree virtual-alone"
        role="treegrid"
        aria-label="Topic tree"
        tabIndex={0}
        onKeyDown={onKeyDown}
        aria-activedescendant={rows.length ? rowId(active) : undefined}
        style={tracks}
      >
        <div class="virtual-head virtual-row" role="row">
          <div role="columnheader">Topic</div>
          {["Rate", "Subs", "Retained"].map(title => (
            <div key={title} role="columnheader" class="right">
              {title}
            </div>
          ))}
        </div>
        <div class="virtual-body" role="rowgroup" style={{height: `${rows.length * rowHeight}px`}}>
          {inSight.map((row, offset) => (
            <TopicRow
              key={(row.level.topic?.topic ?? "") + row.kind}
              row={row}
              place={first + offset}
              active={first + offset === active}
              chosen={row.kind === "topic" && row.topic.topic === chosen?.topic}
              onToggle={() => toggle(row)}
              onChoose={() => {
                go(first + offset);
                if (row.kind === "topic") setChosen(row.topic);
              }}
            />
          ))}
        </div>
      </div>
    </>
  );
}

function TopicRow({
  row,
  place,
  active,
  chosen,
  onToggle,
  onChoose,
}: {
  row: Row;
  place: number;
  active: boolean;
  chosen: boolean;
  onToggle: () => void;
  onChoose: () => void;
}) {
  const {level} = row;
  const style = {transform: `translateY(${place * rowHeight}px)`};
  const indent = {paddingLeft: `${0.25 + (level.depth + (row.kind === "rest" ? 1 : 0)) * 1.1}rem`};
  if (row.kind === "rest") {
    return (
      <div id={rowId(place)} class="virtual-row" role="row" style={style}>
        <div role="gridcell" class="tree-name muted" style={indent}>
          <span class="twist" />
          {row.text}
        </div>
      </div>
    );
  }
  const {topic} = row;
  const name = visible(topic.name) || "(empty)";
  return (
    <div
      id={rowId(place)}
      class={`virtual-row ${active ? "row-active" : ""} ${chosen ? "row-selected" : ""}`}
      role="row"
      style={style}
      aria-level={level.depth + 1}
      aria-selected={chosen}
      aria-expanded={topic.children ? level.open : undefined}
      onClick={onChoose}
    >
      <div role="gridcell" class="tree-name" style={indent}>
        {topic.children ? (
          <button
            type="button"
            tabIndex={-1}
            class={`twist ${level.open ? "twist-open" : ""}`}
            aria-label={`${level.open ? "Collapse" : "Expand"} ${name}`}
            onClick={event => {
              event.stopPropagation();
              onToggle();
            }}
          >
            <Icon name="chevron" />
          </button>
        ) : (
          <span class="twist" />
        )}
        <span class="tree-label">{name}</span>
      </div>
      <div role="gridcell" class="right">
        {rate(topic.rate)}
      </div>
      <div role="gridcell" class="right">
        {plain(topic.subscriptions)}
      </div>
      <div role="gridcell" class="right">
        {topic.retained === false ? "" : plain(topic.retained)}
      </div>
    </div>
  );
}

/** Where one can go from the chosen topic. */
function Chosen({topic}: {topic: Topic | null}) {
  const mayOperate = useMay("operator");
  if (!topic) return <p class="muted">Choose a topic to see where it leads; arrow keys open and close levels.</p>;
  const name = encodeURIComponent(topic.topic);
  return (
    <p class="actions chosen-topic">
      <b class="mono breaks">{visible(topic.topic)}</b>
      <Link to={`/topics?tab=Retained&prefix=${name}`}>Retained here and below</Link>
      <Link to={`/topics?tab=Subscriptions&filter=${name}`}>Subscriptions to it</Link>
      {mayOperate && (
        <>
          <Link to={`/topics?tab=${encodeURIComponent("Follow a message")}&topic=${name}`}>Publish to it</Link>
          <Link to={tracePath("topic", topic.topic)}>Trace it</Link>
        </>
      )}
    </p>
  );
}
