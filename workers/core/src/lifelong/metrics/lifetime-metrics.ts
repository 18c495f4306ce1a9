import { mean, median } from "../arithmetic/sums.ts";
import { isCompat, type LifelongOptions } from "../options.ts";
import type { Findings, TaskMetrics } from "./task-metrics.ts";
import { transferKinds, type TransferKind } from "./transfer.ts";

export const scalarMetrics = [
  "perf_recovery",
  "avg_train_perf",
  "avg_eval_perf",
  "perf_maintenance_mrlep",
  "perf_maintenance_mrtlp",
  "ste_rel_perf",
  "sample_efficiency",
] as const;
export type ScalarMetric = (typeof scalarMetrics)[number];
export type LifetimeMetric = ScalarMetric | TransferKind;
export type LifetimeMetrics = Partial<Record<LifetimeMetric, number>>;

/** The metrics the options ask for, in the reference program's order. */
export function chosenMetrics({ maintenanceMethod, transferMethod }: LifelongOptions): LifetimeMetric[] {
  const wants = (name: string, chosen: string): boolean => chosen === "both" || name.endsWith(chosen);
  return [
    ...scalarMetrics.slice(0, 3),
    ...scalarMetrics.slice(3, 5).filter((name) => wants(name, maintenanceMethod)),
    ...transferKinds.filter((name) => wants(name, transferMethod)),
    ...scalarMetrics.slice(5),
  ];
}

/**
 * Mean or median over the tasks that have a value; of transfer, over the pairs. A pair counts by its first value in the reference
 * program, corrected by the mean of all. NaN when there is nothing to average.
 */
export function toLifetime(
  { tasks, transfers }: Pick<Findings, "tasks" | "transfers">,
  options: LifelongOptions,
): LifetimeMetrics {
  const aggregate = options.aggregationMethod === "mean" ? mean : median;
  const found: LifetimeMetrics = {};
  for (const name of chosenMetrics(options)) {
    const values = isTransfer(name)
      ? pairValues(transfers[name] ?? [], options)
      : taskValues(Object.values(tasks), name);
    const counted = values.filter((value) => !Number.isNaN(value));
    found[name] = counted.length > 0 ? aggregate(Float64Array.from(counted)) : Number.NaN;
  }
  return found;
}

export function isTransfer(name: LifetimeMetric): name is TransferKind {
  return (transferKinds as readonly string[]).includes(name);
}

function taskValues(tasks: readonly TaskMetrics[], name: ScalarMetric): number[] {
  return tasks.map((task) => task[name] ?? Number.NaN);
}

type Pair = { source: string; target: string; value: number };

/** One value a pair of tasks, grouped by source, in order of first appearance. */
function pairValues(values: readonly Pair[], options: LifelongOptions): number[] {
  const bySource = new Map<string, Map<string, number[]>>();
  for (const { source, target, value } of values) {
    const targets = bySource.get(source) ?? new Map<string, number[]>();
    bySource.set(source, targets);
    targets.set(target, [...(targets.get(target) ?? []), value]);
  }
  const pairs = [...bySource.values()].flatMap((targets) => [...targets.values()]);
  return pairs.map((pair) => (isCompat(options) ? (pair[0] as number) : mean(Float64Array.from(pair))));
}
