import type { LifetimeMetrics } from "@whetstone/schemas/api";
import { Command } from "commander";
import { formatTable } from "../output.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";

interface Flags extends PageFlags {
  lifetime?: string;
  perfMeasure?: string;
  compat?: string;
  variantMode?: string;
  normalizationMethod?: string;
  smoothingMethod?: string;
  maintenanceMethod?: string;
  transferMethod?: string;
}

const figures = [
  ["avg_train_perf", "TRAIN"],
  ["avg_eval_perf", "EVAL"],
  ["perf_recovery", "RECOVERY"],
  ["perf_maintenance_mrlep", "PM mrlep"],
  ["perf_maintenance_mrtlp", "PM mrtlp"],
  ["forward_transfer_ratio", "FT ratio"],
  ["forward_transfer_contrast", "FT contrast"],
  ["backward_transfer_ratio", "BT ratio"],
  ["backward_transfer_contrast", "BT contrast"],
  ["ste_rel_perf", "RP"],
  ["sample_efficiency", "SE"],
] as const;

export function lifelongMetricsCommand(): Command {
  const command = new Command("metrics")
    .description("metrics of a stream's lifetimes, computed by the service and kept until something changes")
    .argument("<stream>", "str_...")
    .option("--lifetime <name>", "this one alone")
    .option("-p, --perf-measure <column>", "the measure (default: the stream's first)")
    .option("--compat <program>", "l2metrics: equal to l2metrics 3.1.0, quirks included")
    .option("-r, --variant-mode <mode>", "aware or agnostic")
    .option("-n, --normalization-method <method>", "task, run or none")
    .option("-g, --smoothing-method <method>", "flat, hanning, hamming, bartlett, blackman or none")
    .option("-m, --maintenance-method <method>", "mrlep, mrtlp or both")
    .option("-t, --transfer-method <method>", "ratio, contrast or both");
  return pageFlags(command, 10).action(async (streamId: string, flags: Flags, self: Command) => {
    const { api, output } = await openSession(self);
    const { compat: mode, ...rest } = flags;
    const page = await api.streams.metrics(streamId, { ...rest, ...(mode === undefined ? {} : { mode }) });
    output.print(page, tabulate(page.data));
  });
}

function tabulate(lifetimes: readonly LifetimeMetrics[]): string {
  const shown = figures.filter(([key]) => lifetimes.some(({ metrics }) => typeof metrics?.[key] === "number"));
  const rows = lifetimes.map(({ lifetime, metrics, error }) => [
    lifetime,
    ...shown.map(([key]) => toText(metrics?.[key])),
    error ?? "",
  ]);
  return formatTable([["LIFETIME", ...shown.map(([, label]) => label), ""], ...rows]);
}

const toText = (value: unknown): string => (typeof value === "number" ? value.toFixed(2) : "");
