import {useMemo} from "preact/hooks";

import {Failure} from "../../components/basics";
import type {Series} from "../../components/chart";
import {Chart} from "../../components/chart";
import {bytes, bytesRate, microseconds, percent, rate, short} from "../../lib/format";
import type {Range} from "./ranges";
import type {Curves} from "./series";
import {loopName, loopsMax, useCurves} from "./series";

interface Drawing {
  title: string;
  lines: [name: string, shown: string][];
  format: (value: number | null | undefined) => string;
  max?: number;
  steps?: number[];
}

const binary = Array.from({length: 50}, (_, power) => 2 ** power);

const drawings: Drawing[] = [
  {
    title: "Connections",
    lines: [
      ["connections", "connected"],
      ["sessions", "sessions"],
    ],
    format: short,
  },
  {
    title: "Messages",
    lines: [
      ["received", "in"],
      ["sent", "out"],
    ],
    format: rate,
  },
  {
    title: "Latency",
    format: microseconds,
    lines: [
      ["latency_p50_us", "p50"],
      ["latency_p95_us", "p95"],
      ["latency_p99_us", "p99"],
    ],
  },
  {
    title: "Traffic",
    lines: [
      ["bytes_received", "in"],
      ["bytes_sent", "out"],
    ],
    format: bytesRate,
    steps: binary,
  },
  {title: "Memory", lines: [["memory_bytes", "resident"]], format: bytes, steps: binary},
  {
    title: "Busy loops",
    format: percent,
    max: 1,
    lines: Array.from({length: loopsMax}, (_, index) => [loopName(index), `loop ${index}`]),
  },
];

export function Charts({range}: {range: Range}) {
  const {curves, error} = useCurves(range);
  return (
    <>
      <Failure text={error} />
      <div class="charts">
        {drawings.map(drawing => (
          <Drawn key={drawing.title} drawing={drawing} curves={curves} />
        ))}
      </div>
    </>
  );
}

function Drawn({drawing, curves}: {drawing: Drawing; curves: Curves}) {
  const series = useMemo<Series[]>(
    () =>
      drawing.lines
        .filter(([name]) => curves.values[name])
        .map(([name, shown]) => ({name: shown, values: curves.values[name] ?? []})),
    [drawing, curves],
  );
  return <Chart {...drawing} times={curves.times} series={series} />;
}
