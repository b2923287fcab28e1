import {useEffect, useRef, useState} from "preact/hooks";
import uPlot from "uplot";

import {clock} from "../lib/format";
import {useStore} from "../lib/store";
import {theme} from "../lib/theme";

export interface Series {
  name: string;
  values: (number | null | undefined)[];
}

type Format = (value: number | null | undefined) => string;

interface Scale {
  format: Format;
  max?: number;
  /** What the marks of the scale may be apart. */
  steps?: number[];
}

const height = 150;
const leastSeconds = 60; // of the axis of time: a few samples fill it from the left
const colours = 8; // --series-1 .. in the styles
const timeOf = (seconds: number) => clock(seconds * 1000).slice(0, seconds % 60 ? 8 : 5);

/** Lines over time. `times` are milliseconds since 1970, each series as long as they are. */
export function Chart({
  title,
  times,
  series,
  format,
  max,
  steps,
}: {
  title: string;
  times: number[];
  series: Series[];
  format: Format;
  max?: number;
  steps?: number[];
}) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const scheme = useStore(theme);
  const names = series.map(line => line.name).join();

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const made = new uPlot(settings(element, series, {format, max, steps}, setAt), [[]], element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({width: Math.max(120, element.clientWidth), height}));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [names, scheme]);

  useEffect(() => {
    plot.current?.setData([times.map(time => time / 1000), ...series.map(line => line.values)]);
  }, [times, series, names, scheme]);

  const shown = at ?? times.length - 1;
  const now = series.map(line => `${line.name} ${format(line.values.at(-1))}`).join(", ");
  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        <span class="legend">
          {series.map((line, index) => (
            <span key={line.name}>
              <i class={`swatch swatch-${(index % colours) + 1}`} aria-hidden="true" />
              {line.name} <b>{format(line.values[shown])}</b>
            </span>
          ))}
        </span>
        <time class="muted">{at === null ? "" : clock(times[at])}</time>
      </figcaption>
      <div ref={holder} class="chart-plot" role="img" aria-label={`${title}: ${now}`} />
    </figure>
  );
}

/** Colours come from the styles: a canvas has to be told the ones that hold in this scheme. */
function settings(
  element: HTMLElement,
  series: Series[],
  {format, max, steps}: Scale,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const [text, grid] = [colour(element, "--muted"), colour(element, "--grid")];
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const axis = {stroke: text, font, grid: {stroke: grid, width: 1}, ticks: {show: false}};
  return {
    width: Math.max(120, element.clientWidth),
    height,
    padding: [12, 6, 0, 0],
    legend: {show: false},
    cursor: {y: false, drag: {x: false, y: false}, sync: {key: "overview"}, points: {size: 6}},
    scales: {
      x: {range: (_, first, last) => [first ?? 0, Math.max(last ?? 0, (first ?? 0) + leastSeconds)]},
      y: {range: (_, least, most) => [Math.min(0, least ?? 0), max ?? upper(most)]},
    },
    axes: [
      {...axis, space: 70, size: 30, gap: 9, values: (_, splits) => splits.map(timeOf)},
      {
        ...axis,
        size: 66,
        space: steps ? 24 : 34, // powers of two leave none between
        ...(steps && {incrs: steps}),
        values: (_, splits) => splits.map(split => format(split)),
      },
    ],
    series: [
      {},
      ...series.map((line, index): uPlot.Series => ({
        label: line.name,
        stroke: colour(element, `--series-${(index % colours) + 1}`),
        width: 1.5,
        points: {show: false},
        pxAlign: 0,
        spanGaps: false,
      })),
    ],
    hooks: {setCursor: [self => onCursor(self.cursor.idx ?? null)]},
  };
}

/** Some room above the highest line, and a scale even where everything is zero. */
const upper = (most: number | null) => (most && most > 0 ? most * 1.15 : 1);

function colour(near: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  near.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
