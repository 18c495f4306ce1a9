import { cell, text } from "@observablehq/plot";
import type { ReportLifetime } from "@whetstone/schemas/api";
import type { Chart } from "../chart.ts";
import { draw } from "../draw.ts";
import { formatValue } from "../metric-words.ts";

/** Transfer from each task to each other one. */
export function drawTransferMap({ transfers, tasks, name }: ReportLifetime): Chart | undefined {
  const kind = transfers.some((each) => each.kind === "ratio") ? "ratio" : "contrast";
  const shown = transfers.filter((each) => each.kind === kind);
  if (shown.length === 0) return undefined;
  const [forward, backward] = (["forward", "backward"] as const).map((direction) =>
    shown.filter((each) => each.direction === direction),
  );
  const used = tasks.filter((task) => shown.some(({ source, target }) => source === task || target === task));
  // Symmetric around "no effect": a half is as far from 1 as a double.
  const spread = (value: number): number => (kind === "ratio" ? Math.log2(Math.max(value, 1e-6)) : value);
  const widest = Math.max(...shown.map(({ mean }) => Math.abs(spread(mean))), 1e-9);
  const svg = draw(
    {
      height: 90 + 34 * used.length,
      marginLeft: 110,
      marginBottom: 46,
      padding: 0.06,
      fx: { domain: ["forward", "backward"], label: null, padding: 0.08 },
      x: { domain: used, label: "to the task", tickRotate: used.length > 5 ? -40 : 0 },
      y: { domain: used, label: "learning this task" },
      color: { type: "diverging", scheme: "RdBu", domain: [-Math.min(widest, 3), Math.min(widest, 3)], clamp: true },
      marks: [
        cell(shown, {
          fx: "direction",
          x: "target",
          y: "source",
          fill: ({ mean }: { mean: number }) => spread(mean),
          rx: 3,
        }),
        text(shown, {
          fx: "direction",
          x: "target",
          y: "source",
          text: ({ mean, isShared }: { mean: number; isShared: boolean }) =>
            `${formatValue(mean)}${isShared ? "*" : ""}`,
          fill: ({ mean }: { mean: number }) =>
            Math.abs(spread(mean)) > 0.62 * Math.min(widest, 3) ? "#ffffff" : "#1b1f24",
          fontSize: used.length > 7 ? 8 : 11,
        }),
      ],
    },
    `transfer between ${used.join(", ")}`,
  );
  const none = kind === "ratio" ? "1" : "0";
  return {
    id: "transfer",
    title: "Transfer from task to task",
    caption: `What learning the task of a row did to the task of a column in ${name}: blue lifts it, red harms it, ${none} is no effect. Left before the column's own training (forward), right after it (backward).${shown.some(({ isShared }) => isShared) ? " *: other tasks were trained in between too." : ""}`,
    svg,
    legend: [],
    head: ["learning", "to", "forward", "backward", "values"],
    rows: pairs(shown).map(([source, target]) => {
      const find = (list: typeof shown | undefined) =>
        list?.find((each) => each.source === source && each.target === target);
      const [ahead, back] = [find(forward), find(backward)];
      return [
        source,
        target,
        formatValue(ahead?.mean),
        formatValue(back?.mean),
        String((ahead?.count ?? 0) + (back?.count ?? 0)),
      ];
    }),
  };
}

function pairs(transfers: ReportLifetime["transfers"]): [string, string][] {
  const known = new Map(
    transfers.map(({ source, target }) => [`${source}\n${target}`, [source, target] as [string, string]]),
  );
  return [...known.values()];
}
