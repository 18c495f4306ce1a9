import type { ColumnStatistics } from "@whetstone/schemas/api";
import { type PointerEvent, useState } from "react";
import { toCount } from "../../lib/numbers.ts";
import classes from "./facets.module.css";
import { words } from "./words.ts";

interface Props {
  column: ColumnStatistics;
  range: { from: number | null; to: number | null };
  onBrush: (from: number | null, to: number | null) => void;
}

/** All rows in grey, the kept ones over them. Dragging keeps a range; a click lets it go. The two fields below say the same to a keyboard. */
export function Histogram({ column, range, onBrush }: Props) {
  const { edges = [], counts = [] } = column.histogram ?? {};
  const [drag, setDrag] = useState<{ start: number; end: number } | null>(null);
  const bins = counts.length;
  if (bins === 0) return null;
  const matched = column.matchedHistogram ?? counts;
  const tallest = Math.max(1, ...counts);
  // Square roots, so that a bin of few is still seen beside one of many.
  const heightOf = (count: number) => Math.sqrt(count / tallest) * 100;
  const binAt = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(bins - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * bins)));
  };
  const [first = 0, last = 1] = [edges[0], edges.at(-1)];
  const toBin = (value: number) => ((value - first) / (last - first)) * bins;
  const shown = drag
    ? { from: Math.min(drag.start, drag.end), to: Math.max(drag.start, drag.end) + 1 }
    : { from: range.from === null ? 0 : toBin(range.from), to: range.to === null ? bins : toBin(range.to) };
  const hasBrush = drag !== null || range.from !== null || range.to !== null;

  return (
    <svg
      className={classes.chart}
      viewBox={`0 0 ${bins} 100`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words.histogram(column.name, toCount(column.present))}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ start: binAt(event), end: binAt(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, end: binAt(event) })}
      onPointerUp={() => {
        if (!drag) return;
        setDrag(null);
        if (drag.start === drag.end && hasRange(range)) return onBrush(null, null);
        // The outermost bins have no end: the largest value itself is theirs.
        const [low, high] = [Math.min(drag.start, drag.end), Math.max(drag.start, drag.end)];
        onBrush(low === 0 ? null : (edges[low] ?? null), high === bins - 1 ? null : (edges[high + 1] ?? null));
      }}
    >
      {counts.map((count, bin) => (
        <g key={edges[bin]}>
          <rect
            className={classes.whole}
            x={bin + 0.05}
            width={0.9}
            y={100 - heightOf(count)}
            height={heightOf(count)}
          />
          <rect
            className={classes.kept}
            x={bin + 0.05}
            width={0.9}
            y={100 - heightOf(matched[bin] ?? 0)}
            height={heightOf(matched[bin] ?? 0)}
          />
        </g>
      ))}
      {hasBrush && (
        <rect className={classes.brush} x={shown.from} width={Math.max(0, shown.to - shown.from)} y={0} height={100} />
      )}
    </svg>
  );
}

const hasRange = ({ from, to }: Props["range"]) => from !== null || to !== null;
