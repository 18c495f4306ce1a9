import type { EvaluationResult } from "@whetstone/schemas/api";
import { formatFigure } from "./format-figure.ts";
import { type Html, markup } from "./markup.ts";

const width = 900;
const rowHeight = 30;
const left = 250;
const right = 150;
const top = 8;
const maxNameLength = 32;

/** One bar a set: its main figure from 0 to 1 with its interval as a whisker. Figures beyond 1 have no place here and are left out. */
export function intervalChart(results: readonly EvaluationResult[]): Html | null {
  const rows = results.flatMap(({ name, main }) =>
    main && main.value >= 0 && main.value <= 1 ? [{ name, main }] : [],
  );
  if (rows.length === 0) return null;
  const height = top + rows.length * rowHeight + 24;
  const x = (value: number) => left + value * (width - left - right);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const label = `Main figures of ${rows.length} ${rows.length === 1 ? "set" : "sets"} with 95 % intervals`;
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${ticks.map(
      (tick) =>
        markup`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${height - 20}" /><text
            class="axis"
            x="${x(tick)}"
            y="${height - 5}"
            text-anchor="middle"
            >${tick * 100} %</text
          >`,
    )}
    ${rows.map(({ name, main }, index) => {
      const y = top + index * rowHeight + rowHeight / 2;
      const { interval, value } = main;
      const whisker = interval
        ? markup`<line class="whisker" x1="${x(interval.low)}" x2="${x(interval.high)}" y1="${y}" y2="${y}" /><line
              class="whisker"
              x1="${x(interval.low)}"
              x2="${x(interval.low)}"
              y1="${y - 4}"
              y2="${y + 4}"
            /><line class="whisker" x1="${x(interval.high)}" x2="${x(interval.high)}" y1="${y - 4}" y2="${y + 4}" />`
        : null;
      return markup`<g>
        <title>${name}: ${main.metric} ${formatFigure(main.metric, value)}</title>
        <text x="${left - 14}" y="${y + 4.5}" text-anchor="end">${shorten(name)}</text>
        <rect class="track" x="${x(0)}" y="${y - 8}" width="${x(1) - x(0)}" height="16" rx="3" />
        <rect class="value" x="${x(0)}" y="${y - 8}" width="${x(value) - x(0)}" height="16" rx="3" />${whisker}
        <text x="${x(1) + 12}" y="${y + 4.5}"
          >${formatFigure(main.metric, value)} <tspan class="axis">${main.metric}</tspan></text
        ></g
      >`;
    })}
  </svg>`;
}

const shorten = (name: string) => (name.length > maxNameLength ? `${name.slice(0, maxNameLength - 1)}…` : name);
