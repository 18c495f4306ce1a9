import type { LifetimeMetrics } from "@whetstone/schemas/api";
import type { ReportDocument } from "./make-report.ts";

/** The lifetime's figures in the order people ask for them. */
const figures = [
  ["avg_eval_perf", "Evaluation performance"],
  ["perf_maintenance_mrlep", "Maintenance (MRLEP)"],
  ["perf_maintenance_mrtlp", "Maintenance (MRTLP)"],
  ["forward_transfer_ratio", "Forward transfer (ratio)"],
  ["forward_transfer_contrast", "Forward transfer (contrast)"],
  ["backward_transfer_ratio", "Backward transfer (ratio)"],
  ["backward_transfer_contrast", "Backward transfer (contrast)"],
  ["perf_recovery", "Recovery"],
  ["ste_rel_perf", "Relative to experts"],
  ["sample_efficiency", "Sample efficiency"],
] as const;

const cell = "padding:6px 10px;border-bottom:1px solid #d8dce3;text-align:right;font-variant-numeric:tabular-nums";
const head = `${cell};color:#5b6472;font-weight:normal;text-align:left`;

/** A report for a mail: one file, styles in place, no scripts and nothing fetched. */
export function renderMail(document: ReportDocument): string {
  const title = escape(document.name);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1c2430;font:15px/1.5 system-ui,sans-serif">
<h1 style="font-size:22px;margin:0 0 4px">${title}</h1>
<p style="margin:0 0 24px;color:#5b6472">${document.createdAt.slice(0, 16).replace("T", " ")} UTC</p>
${document.streams.map(section).join("\n")}
</body></html>
`;
}

function section({ name, scenario, lifetimes }: ReportDocument["streams"][number]): string {
  const kind = [scenario.scenarioType, scenario.complexity, scenario.difficulty].filter(Boolean).join(", ");
  const shown = figures.filter(([key]) => lifetimes.some((lifetime) => figureOf(lifetime, key) !== undefined));
  const body =
    lifetimes.length === 0
      ? "<p>No lifetimes yet.</p>"
      : `<table style="border-collapse:collapse;margin:8px 0 24px"><thead><tr><th style="${head}">Lifetime</th>${shown
          .map(([, label]) => `<th style="${head}">${label}</th>`)
          .join("")}</tr></thead><tbody>${lifetimes.map((lifetime) => row(lifetime, shown)).join("")}</tbody></table>`;
  return `<h2 style="font-size:17px;margin:0">${escape(name)}</h2><p style="margin:0;color:#5b6472">${escape(kind)}</p>${body}`;
}

function row(lifetime: LifetimeMetrics, shown: readonly (readonly [string, string])[]): string {
  const name = `<td style="${cell};text-align:left">${escape(lifetime.lifetime)}</td>`;
  if (lifetime.error !== null)
    return `<tr>${name}<td style="${cell};text-align:left" colspan="${Math.max(1, shown.length)}">${escape(lifetime.error)}</td></tr>`;
  const cells = shown.map(([key]) => `<td style="${cell}">${figureOf(lifetime, key)?.toFixed(3) ?? "–"}</td>`);
  return `<tr>${name}${cells.join("")}</tr>`;
}

function figureOf({ metrics }: LifetimeMetrics, key: string): number | undefined {
  const value = metrics?.[key];
  return typeof value === "number" ? value : undefined;
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
