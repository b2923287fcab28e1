import {useEffect, useRef, useState} from "preact/hooks";

import * as api from "../../api";
import {Badge, Button, Failure, Panel} from "../../components/basics";
import {Check} from "../../components/fields";
import {Icon} from "../../components/icon";
import {tell} from "../../components/toasts";
import {errorText} from "../../http";
import {clock, several, visible} from "../../lib/format";
import {save} from "../../lib/save";
import {useWindow} from "../../lib/window";
import type {Trace, TraceLine} from "../../model";
import {linesMax, useTail} from "./tail";

const rowHeight = 22;
const pageSize = 1_000;
const downloadMax = 1_000_000;

/** `known`: the node has its lines; what was read of them stays when it has not any more. */
export function Lines({trace, running, known}: {trace: Trace; running: boolean; known: boolean}) {
  const [following, setFollowing] = useState(true);
  const {lines, error} = useTail(trace.id, known && (following || !running), running);
  const box = useRef<HTMLDivElement>(null);
  const {first, last} = useWindow(box, lines.length, rowHeight);

  useEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, following]);

  return (
    <Panel
      title={`Lines of ${visible(trace.value)}`}
      actions={
        <>
          {running ? (
            <Check label="Follow" value={following} onInput={setFollowing} />
          ) : (
            <Badge tone="calm">stopped</Badge>
          )}
          <Button onClick={() => void (known ? download(trace) : saveLines(trace, lines.map(textOf)))}>
            <Icon name="download" />
            Download
          </Button>
        </>
      }
    >
      <Failure text={known ? error : ""} />
      <div ref={box} class="lines" role="log" aria-label="Trace" tabIndex={0}>
        <div class="virtual-body" style={{height: `${lines.length * rowHeight}px`}}>
          {lines.slice(first, last + 1).map((line, offset) => (
            <div
              key={first + offset}
              class="trace-line"
              style={{transform: `translateY(${(first + offset) * rowHeight}px)`}}
            >
              <time>{clock(line.at, true)}</time>
              <span class={`way way-${line.direction}`}>{line.direction}</span>
              <span class="trace-client" title={line.address}>
                {visible(line.client)}
              </span>
              <span>{visible(line.text)}</span>
            </div>
          ))}
        </div>
      </div>
      <p class="virtual-foot muted">
        {several(lines.length, "line")}
        {lines.length >= linesMax && known ? ", the newest; a download has all" : ""}
        {trace.lost ? `; ${several(trace.lost, "older one")} had to make room` : ""}
      </p>
    </Panel>
  );
}

async function download(trace: Trace): Promise<void> {
  const parts: string[] = [];
  let read = 0;
  let cursor: string | null = null;
  try {
    do {
      const page = await api.traceLines(trace.id, {cursor, limit: pageSize});
      parts.push(page.items.map(textOf).join(""));
      read += page.items.length;
      cursor = page.next;
    } while (cursor !== null && read < downloadMax);
    saveLines(trace, parts);
  } catch (error) {
    tell(errorText(error), true);
  }
}

const saveLines = (trace: Trace, parts: string[]) =>
  save(`trace-${trace.kind}-${trace.id}.txt`, parts, "text/plain");

const textOf = (line: TraceLine) =>
  `${new Date(line.at).toISOString()}\t${visible(line.client)}\t${line.direction}\t${visible(line.text)}\n`;
