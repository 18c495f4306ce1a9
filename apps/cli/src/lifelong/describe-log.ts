import type { Interval, LifetimeMetric } from "@whetstone/core/lifelong";
import { formatTable } from "../output.ts";
import type { MeasuredLog } from "./load-lifetime.ts";
import { overLifetimes } from "./over-lifetimes.ts";

const titles: Record<string, string> = {
  perf_recovery: "performance recovery",
  avg_train_perf: "mean training performance",
  avg_eval_perf: "mean evaluation performance",
  perf_maintenance_mrlep: "performance maintenance (mrlep)",
  perf_maintenance_mrtlp: "performance maintenance (mrtlp)",
  forward_transfer_ratio: "forward transfer (ratio)",
  backward_transfer_ratio: "backward transfer (ratio)",
  forward_transfer_contrast: "forward transfer (contrast)",
  backward_transfer_contrast: "backward transfer (contrast)",
  ste_rel_perf: "performance relative to experts",
  sample_efficiency: "sample efficiency",
};

/** A lifetime's metrics as a table for people. */
export function describeLog({ info, result }: MeasuredLog): string {
  const rows = Object.entries(result.lifetime).map(([name, value]) => {
    const interval = info.intervals?.[name as LifetimeMetric];
    return [titles[name] ?? name, format(value), interval ? formatInterval(interval) : ""];
  });
  const head = `${info.runId}: ${result.num_lx} learning and ${result.num_ex} evaluation rows, ${result.board.tasks.length} tasks`;
  const hasIntervals = rows.some(([, , interval]) => interval !== "");
  const foot = hasIntervals ? "\nIntervals: 95 %, block bootstrap within this lifetime." : "";
  return `${head}\n${formatTable([["metric", "value", hasIntervals ? "interval" : ""], ...rows])}${foot}`;
}

/** Means over several lifetimes. */
export function describeLogs(logs: readonly MeasuredLog[]): string {
  const rows = Object.entries(overLifetimes(logs)).map(([name, { mean, count, interval }]) => [
    titles[name] ?? name,
    format(mean),
    interval ? formatInterval(interval) : "",
    String(count),
  ]);
  return [
    `mean over ${logs.length} lifetimes`,
    formatTable([["metric", "mean", "interval", "lifetimes"], ...rows]),
    "Intervals: 95 %, BCa bootstrap over lifetimes (three or more).",
  ].join("\n");
}

function formatInterval({ low, high }: Interval): string {
  return `${format(low)} to ${format(high)}`;
}

function format(value: number): string {
  return Number.isNaN(value) ? "-" : value.toFixed(2);
}
