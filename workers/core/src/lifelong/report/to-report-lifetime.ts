import type { ReportLifetime } from "@whetstone/schemas/api";
import type { LifetimeResult } from "../compute-metrics.ts";
import type { Intervals } from "../intervals/within-lifetime.ts";
import { wakeTraining } from "../metrics/board.ts";
import { expertCurves, trainingCurve } from "../metrics/expert-metrics.ts";
import { scalarMetrics } from "../metrics/lifetime-metrics.ts";
import { transferKinds } from "../metrics/transfer.ts";
import { round, thinCurve } from "./thin-curve.ts";

const normal95 = 1.96;

/** What a report shows of a measured lifetime. */
export function toReportLifetime(name: string, result: LifetimeResult, intervals: Intervals = {}): ReportLifetime {
  const { board, tasks, lifetime, warnings } = result;
  const trained = board.tasks.filter((task) => wakeTraining(board, task).length > 0);
  return {
    name,
    metrics: toNullable(lifetime),
    intervals,
    tasks: [...board.tasks],
    blocks: toBlocks(result),
    learning: trained.map((task) => ({
      task,
      points: thinCurve(trainingCurve(board, task).values),
      borders: toBorders(wakeTraining(board, task)),
      blocks: wakeTraining(board, task).map(({ blockNum }) => blockNum),
    })),
    experts: trained.flatMap((task) =>
      expertCurves(board, task).map(({ values }, i) => ({
        task,
        run: board.experts.get(task)?.[i]?.name ?? "mean of experts",
        points: thinCurve(values),
      })),
    ),
    evaluations: toEvaluations(result),
    transfers: toTransfers(result),
    taskMetrics: Object.fromEntries(
      Object.entries(tasks).map(([task, metrics]) => [
        task,
        toNullable(Object.fromEntries(scalarMetrics.map((metric) => [metric, metrics[metric] ?? Number.NaN]))),
      ]),
    ),
    warnings: [...warnings],
  };
}

function toBlocks({ board, table }: LifetimeResult): ReportLifetime["blocks"] {
  const blocks: ReportLifetime["blocks"] = [];
  for (const { blockNum, blockType, start, end } of board.regimes) {
    const last = blocks.at(-1);
    const [from, to] = [table.expNum[start] as number, table.expNum[end - 1] as number];
    if (last && last.number === blockNum && last.type === blockType) last.end = to;
    else blocks.push({ number: blockNum, type: blockType, start: from, end: to });
  }
  return blocks;
}

/** Where each but the first regime starts, counted in rows of the task's own training. */
function toBorders(regimes: readonly { start: number; end: number }[]): number[] {
  const borders: number[] = [];
  let seen = 0;
  for (const { start, end } of regimes.slice(0, -1)) {
    seen += end - start;
    borders.push(seen);
  }
  return borders;
}

/** Mean of each evaluation with the normal 95 % interval of a mean. */
function toEvaluations({ board, table }: LifetimeResult): ReportLifetime["evaluations"] {
  return board.regimes
    .filter(({ blockType }) => blockType === "test")
    .map(({ task, blockNum, start, end }) => {
      const values = board.curve.values.subarray(start, end);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
      const half = normal95 * Math.sqrt(variance / values.length);
      const experience = table.expNum[start] as number;
      const ends = { mean: round(mean), low: round(mean - half), high: round(mean + half) };
      return { task, block: blockNum, experience, ...ends, count: values.length };
    })
    .filter(({ mean }) => Number.isFinite(mean));
}

function toTransfers({ transfers }: LifetimeResult): ReportLifetime["transfers"] {
  return transferKinds.flatMap((name) => {
    const [direction, , kind] = name.split("_") as ["forward" | "backward", string, "ratio" | "contrast"];
    const pairs = new Map<string, ReportLifetime["transfers"][number]>();
    for (const { source, target, value, isShared } of transfers[name] ?? []) {
      const key = `${source}\n${target}`;
      const pair = pairs.get(key) ?? { source, target, direction, kind, mean: 0, count: 0, isShared: false };
      pair.mean = (pair.mean * pair.count + value) / (pair.count + 1);
      pair.count++;
      pair.isShared ||= isShared;
      pairs.set(key, pair);
    }
    return [...pairs.values()];
  });
}

function toNullable(metrics: Partial<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [
      name,
      value !== undefined && Number.isFinite(value) ? value : null,
    ]),
  );
}
