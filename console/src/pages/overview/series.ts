import {useMemo} from "preact/hooks";

import * as api from "../../api";
import {nodeSamples, nodeState} from "../../lib/node";
import {usePoll} from "../../lib/poll";
import {useStore} from "../../lib/store";
import type {History, Node} from "../../model";
import type {Range} from "./ranges";

/** Times and named series of equal length. */
export interface Curves {
  times: number[];
  values: Record<string, (number | null)[]>;
}

/** What /metrics/history calls a figure, and where /node has it. */
const sources: Record<string, (node: Node) => number | null> = {
  connections: node => node.connections,
  sessions: node => node.sessions,
  received: node => node.rates.received,
  sent: node => node.rates.sent,
  bytes_received: node => node.rates.bytes_received,
  bytes_sent: node => node.rates.bytes_sent,
  latency_p50_us: node => node.latency_us?.p50 ?? null,
  latency_p95_us: node => node.latency_us?.p95 ?? null,
  latency_p99_us: node => node.latency_us?.p99 ?? null,
  memory_bytes: node => node.memory_bytes,
};

const historyMilliseconds = 15_000;
const liveMinutes = 10;
export const loopsMax = 8;

export const loopName = (index: number) => `loop_${index}_busy`;

/** What is drawn: the samples of this page when live, with what was before them; else what the node has kept. */
export function useCurves(range: Range): {curves: Curves; error: string} {
  const loops = Math.min(loopsMax, useStore(nodeState)?.loops.length ?? 0);
  const names = useMemo(
    () => [...Object.keys(sources), ...Array.from({length: loops}, (_, index) => loopName(index))],
    [loops],
  );
  const live = range === "live";
  const minutes = live ? liveMinutes : Number(range);
  const {data, error} = usePoll(signal => api.metricsHistory(names, minutes, signal), live ? 0 : historyMilliseconds, [
    range,
    names,
  ]);
  const samples = useStore(nodeSamples);
  const kept = useMemo(() => fromHistory(data, names), [data, names]);
  const curves = useMemo(
    () => (live ? fromFirst(withSamples(kept, samples, names)) : kept),
    [live, kept, samples, names],
  );
  return {curves, error};
}

function fromHistory(history: History | undefined, names: string[]): Curves {
  if (!history) return {times: [], values: {}};
  const length = Math.max(0, ...Object.values(history.series).map(series => series.length));
  const times = Array.from({length}, (_, index) => history.from + index * history.step_seconds * 1000);
  const values = Object.fromEntries(names.map(name => [name, padded(history.series[name] ?? [], length)]));
  return {times, values};
}

function padded(series: (number | null)[], length: number): (number | null)[] {
  return series.length === length ? series : Array.from({length}, (_, index) => series[index] ?? null);
}

type Samples = typeof nodeSamples.value;

function withSamples(kept: Curves, samples: Samples, names: string[]): Curves {
  const first = samples[0]?.at ?? Infinity;
  const oldest = Date.now() - liveMinutes * 60_000;
  const before = kept.times
    .map((_, index) => index)
    .filter(index => {
      const time = kept.times[index] ?? 0;
      return time < first && time >= oldest;
    });
  const read = (name: string, node: Node) => (name in sources ? sources[name]?.(node) : loopShare(name, node)) ?? null;
  return {
    times: [...before.map(index => kept.times[index] ?? 0), ...samples.map(sample => sample.at)],
    values: Object.fromEntries(
      names.map(name => [
        name,
        [...before.map(index => kept.values[name]?.[index] ?? null), ...samples.map(sample => read(name, sample.node))],
      ]),
    ),
  };
}

/** Without what is before the first sample of all: a node that has just started has no more to show. */
function fromFirst({times, values}: Curves): Curves {
  const all = Object.values(values);
  const first = times.findIndex((_, index) => all.some(series => series[index] !== null));
  if (first <= 0) return {times, values};
  return {
    times: times.slice(first),
    values: Object.fromEntries(Object.entries(values).map(([name, series]) => [name, series.slice(first)])),
  };
}

function loopShare(name: string, node: Node): number | null {
  return node.loops.find(loop => loopName(loop.index) === name)?.busy_share ?? null;
}
