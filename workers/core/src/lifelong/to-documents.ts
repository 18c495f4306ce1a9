import type { Intervals } from "./intervals/within-lifetime.ts";
import { type LifetimeResult } from "./compute-metrics.ts";
import { isCompat, type LifelongOptions } from "./options.ts";
import type { ScenarioInfo } from "./log/log-info.ts";
import { chosenMetrics } from "./metrics/lifetime-metrics.ts";

export interface RunInfo {
  /** Of this lifetime's metrics; only a corrected document has a place for them. */
  intervals?: Intervals;
  /** Name of the log. */
  runId: string;
  scenario: ScenarioInfo;
}

/** One line of `<name>_regime.tsv`. NaN: none. */
export type RegimeRecord = Record<string, number | string>;

const paramsShown = 25;

/** `<name>_metrics.json` under the reference program's keys; NaN where it has no number, which JSON writes as null. */
export function toMetricsDocument(
  result: LifetimeResult,
  { runId, scenario, intervals = {} }: RunInfo,
): Record<string, unknown> {
  const { lifetime, options } = result;
  const compat = isCompat(options);
  // The reference program writes ten decimals at this level, and null for what is endless.
  const toTop = (value: number): number | null => {
    if (!compat) return toNullable(value);
    if (!Number.isFinite(value)) return null;
    return Math.abs(value) < 1e15 ? Number(value.toFixed(10)) : value;
  };
  const top = chosenMetrics(options).map((name) => [name, toTop(lifetime[name] ?? Number.NaN)] as const);
  return {
    ...Object.fromEntries(top),
    run_id: runId,
    complexity: scenario.complexity,
    difficulty: scenario.difficulty,
    scenario_type: scenario.scenarioType,
    metrics_column: options.perfMeasure,
    min: toTop(result.min),
    max: toTop(result.max),
    num_lx: result.num_lx,
    num_ex: result.num_ex,
    runtime: toNullable(result.runtime),
    normalization_data_range: result.ranges,
    task_metrics: result.tasks,
    ...(compat ? {} : { mode: options.mode, confidence_intervals: intervals, warnings: result.warnings }),
  };
}

/** Lines of `<name>_regime.tsv` in order. */
export function toRegimeRecords({ board, options }: LifetimeResult, { runId }: RunInfo): RegimeRecord[] {
  const { lines, stats } = board;
  const showsParams = options.variantMode === "aware" && new Set(lines.map(({ param }) => param)).size > 1;
  return lines.map(({ blockNum, blockType, subtype, task, regime, param }, at) => ({
    block_num: blockNum,
    block_type: blockType,
    block_subtype: subtype,
    task_name: task,
    regime_num: regime,
    ...(showsParams ? { task_params: cut(param ?? "") } : {}),
    saturation: stats.saturation[at] ?? Number.NaN,
    exp_to_sat: stats.expToSaturation[at] ?? Number.NaN,
    term_perf: stats.terminal[at] ?? Number.NaN,
    exp_to_term_perf: stats.expToTerminal[at] ?? Number.NaN,
    avg_perf: stats.average[at] ?? Number.NaN,
    run_id: runId,
  }));
}

/** The eleven settings the reference program keeps, under its names; corrected adds the rest. */
export function toSettingsDocument(options: LifelongOptions, logDir: string): Record<string, unknown> {
  return {
    log_dir: logDir,
    perf_measure: options.perfMeasure,
    variant_mode: options.variantMode,
    ste_averaging_method: options.steAveragingMethod,
    aggregation_method: options.aggregationMethod,
    maintenance_method: options.maintenanceMethod,
    transfer_method: options.transferMethod,
    normalization_method: options.normalizationMethod,
    smoothing_method: options.smoothingMethod,
    window_length: options.windowLength,
    clamp_outliers: options.clampOutliers,
    ...(isCompat(options)
      ? {}
      : { mode: options.mode, do_smooth_eval_data: options.smoothEvalData, data_range: options.dataRange }),
  };
}

function cut(text: string): string {
  return text.length > paramsShown ? `${text.slice(0, paramsShown)}...` : text;
}

function toNullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
