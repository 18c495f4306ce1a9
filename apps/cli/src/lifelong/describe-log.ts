import { formatTable } from "../output.ts";
import type { MeasuredLog } from "./load-lifetime.ts";

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
  const rows = Object.entries(result.lifetime).map(([name, value]) => [titles[name] ?? name, format(value)]);
  const head = `${info.runId}: ${result.num_lx} learning and ${result.num_ex} evaluation rows, ${result.board.tasks.length} tasks`;
  return `${head}\n${formatTable(rows)}`;
}

function format(value: number): string {
  return Number.isNaN(value) ? "-" : value.toFixed(2);
}
