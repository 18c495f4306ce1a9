import { mean, nanMean } from "../arithmetic/sums.ts";
import { isCompat } from "../options.ts";
import { countedRegimes, type Board } from "./board.ts";
import {
  hasUntellableTrend,
  measureRelativePerformance,
  measureSampleEfficiency,
  type SampleEfficiency,
} from "./expert-metrics.ts";
import { measureMaintenance, type Maintenance } from "./maintenance.ts";
import { measureRecovery, type Recovery } from "./recovery.ts";
import { measureTransfer, transferKinds, type TransferKind, type Transfers } from "./transfer.ts";

/** Values by target task, in order. */
export type TransferTable = Record<string, number[]>;

/** One task's metrics under the reference program's keys. NaN stands for "has none". Values are of the processed measure. */
export interface TaskMetrics extends Partial<Record<TransferKind, TransferTable>> {
  perf_recovery: number;
  avg_train_perf: number;
  avg_eval_perf: number;
  perf_maintenance_mrlep?: number;
  perf_maintenance_mrtlp?: number;
  ste_rel_perf: number;
  sample_efficiency: number;
  recovery_times: number[];
  avg_train_perf_vals: number[];
  avg_eval_perf_vals: number[];
  maintenance_val_mrlep?: number[][];
  maintenance_val_mrtlp?: number[][];
  ste_rel_perf_vals: number[];
  ste_saturation_vals: number[];
  ste_exp_to_sat_vals: number[];
  se_saturation_vals: number[];
  se_exp_to_sat_vals: number[];
  sample_efficiency_vals: number[];
  se_task_saturation?: number;
  se_task_exp_to_sat?: number;
  min: number;
  max: number;
  num_lx: number;
  num_ex: number;
}

export interface Findings {
  recovery: Recovery;
  maintenance: Partial<Record<"mrlep" | "mrtlp", Maintenance>>;
  transfers: Transfers;
  tasks: Record<string, TaskMetrics>;
}

/** Everything below the lifetime: per regime pair and per task. */
export function measureTasks(board: Board): Findings {
  const { options } = board;
  const recovery = measureRecovery(board);
  const maintenance: Findings["maintenance"] = {};
  for (const method of ["mrlep", "mrtlp"] as const) {
    if (options.maintenanceMethod !== method && options.maintenanceMethod !== "both") continue;
    const measured = measureMaintenance(board, method);
    if (measured) maintenance[method] = measured;
    else board.warn("performance maintenance needs a task evaluated at least twice after it was trained");
  }
  const transfers = measureTransfer(board);
  const isTrendless = isCompat(options) && hasUntellableTrend(board);
  const tasks = Object.fromEntries(
    board.tasks.map((task) => [
      task,
      {
        ...spread(board, task),
        ...average(board, task),
        ...recall(board, recovery, task),
        ...maintain(board, maintenance, task),
        ...transferFrom(board, transfers, task),
        ...compareRelative(board, task),
        ...(isTrendless ? noEfficiency : compareEfficiency(measureSampleEfficiency(board, task))),
      },
    ]),
  );
  return { recovery, maintenance, transfers, tasks };
}

function average({ lines, stats }: Board, task: string) {
  const counted = new Map(countedRegimes(lines).map(({ regime, blockType }) => [regime, blockType]));
  const valuesOf = (blockType: string): number[] =>
    placesOf(lines, task)
      .filter((at) => counted.get(at) === blockType)
      .map((at) => stats.average[at] ?? Number.NaN)
      .filter((value) => !Number.isNaN(value));
  const trained = valuesOf("train");
  const tested = valuesOf("test");
  return {
    avg_train_perf: mean(Float64Array.from(trained)),
    avg_train_perf_vals: trained,
    avg_eval_perf: mean(Float64Array.from(tested)),
    avg_eval_perf_vals: tested,
  };
}

function recall({ lines }: Board, { times, slopes }: Recovery, task: string) {
  if (!slopes) return { perf_recovery: Number.NaN, recovery_times: [] };
  const own = placesOf(lines, task);
  return { perf_recovery: firstOf(own, slopes), recovery_times: numbersOf(own, times) };
}

function maintain({ lines, options }: Board, maintenance: Findings["maintenance"], task: string) {
  const own = placesOf(lines, task);
  const found: Partial<TaskMetrics> = {};
  for (const method of ["mrlep", "mrtlp"] as const) {
    if (options.maintenanceMethod !== method && options.maintenanceMethod !== "both") continue;
    const measured = maintenance[method];
    found[`perf_maintenance_${method}`] = measured ? firstOf(own, measured.means) : Number.NaN;
    found[`maintenance_val_${method}`] = measured ? toRuns(own.map((at) => measured.changes.get(at))) : [];
  }
  return found;
}

function transferFrom({ options }: Board, transfers: Transfers, task: string) {
  const found: Partial<Record<TransferKind, TransferTable>> = {};
  for (const kind of transferKinds) {
    if (options.transferMethod !== "both" && !kind.endsWith(options.transferMethod)) continue;
    const table: TransferTable = {};
    for (const { source, target, value } of transfers[kind] ?? [])
      if (source === task) (table[target] ??= []).push(value);
    found[kind] = table;
  }
  return found;
}

function compareRelative(board: Board, task: string) {
  const relative = measureRelativePerformance(board, task);
  return {
    ste_rel_perf: relative ? nanMean(Float64Array.from(relative)) : Number.NaN,
    ste_rel_perf_vals: relative ?? [],
  };
}

const noEfficiency = {
  ste_saturation_vals: [],
  ste_exp_to_sat_vals: [],
  se_saturation_vals: [],
  se_exp_to_sat_vals: [],
  sample_efficiency_vals: [],
  sample_efficiency: Number.NaN,
};

function compareEfficiency(efficiency: SampleEfficiency | undefined) {
  if (!efficiency) return { ...noEfficiency, se_task_saturation: Number.NaN, se_task_exp_to_sat: Number.NaN };
  return {
    ste_saturation_vals: efficiency.experts.map(({ level }) => level),
    ste_exp_to_sat_vals: efficiency.experts.map(({ exp }) => exp),
    se_saturation_vals: efficiency.levelRatios,
    se_exp_to_sat_vals: efficiency.expRatios,
    sample_efficiency_vals: efficiency.values,
    sample_efficiency: nanMean(Float64Array.from(efficiency.values)),
    se_task_saturation: efficiency.task.level,
    se_task_exp_to_sat: efficiency.task.exp,
  };
}

function spread({ regimes, curve }: Board, task: string) {
  const found = { min: Number.NaN, max: Number.NaN, num_lx: 0, num_ex: 0 };
  for (const regime of regimes) {
    if (regime.task !== task) continue;
    found[regime.blockType === "train" ? "num_lx" : "num_ex"] += regime.end - regime.start;
    for (let i = regime.start; i < regime.end; i++) {
      const value = curve.values[i] as number;
      if (!(found.min <= value)) found.min = Number.isNaN(value) ? found.min : value;
      if (!(found.max >= value)) found.max = Number.isNaN(value) ? found.max : value;
    }
  }
  return found;
}

function placesOf(lines: Board["lines"], task: string): number[] {
  return [...lines.keys()].filter((at) => lines[at]?.task === task);
}

function numbersOf(places: readonly number[], values: ReadonlyMap<number, number>): number[] {
  return places.map((at) => values.get(at) ?? Number.NaN).filter((value) => !Number.isNaN(value));
}

function firstOf(places: readonly number[], values: ReadonlyMap<number, number>): number {
  return numbersOf(places, values)[0] ?? Number.NaN;
}

/** Lists of the values that follow each other without a gap. */
function toRuns(values: readonly (number | undefined)[]): number[][] {
  const runs: number[][] = [];
  let isOpen = false;
  for (const value of values) {
    const isThere = value !== undefined && Number.isFinite(value);
    if (isThere && isOpen) runs.at(-1)?.push(value);
    else if (isThere) runs.push([value]);
    isOpen = isThere;
  }
  return runs;
}
