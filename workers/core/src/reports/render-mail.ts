import type { LifetimeMetrics, ReportModel } from "@whetstone/schemas/api";
import type { Finding } from "../lifelong/index.ts";
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
const groups = [
  ["better", "Better", "#1a7f4b"],
  ["worse", "Worse", "#c0392b"],
  ["unclear", "Not clear", "#5b6472"],
  ["look", "Worth a look", "#9a6700"],
] as const;
/** A mail is wide enough for so many lifetimes side by side. */
const lifetimesAcross = 4;

const line = "border-bottom:1px solid #d8dce3";
const cell = `padding:6px 14px 6px 0;${line};text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap`;
const name = `padding:6px 18px 6px 0;${line};text-align:left`;
const head = `${cell};color:#5b6472;font-weight:normal`;
const soft = "color:#5b6472";

/** A report for a mail: one file, styles in place, no scripts and nothing fetched; tables for layout and 640 pixels, as mail programs want it. */
export function renderMail(document: ReportDocument, findings: readonly Finding[]): string {
  const title = escape(document.name);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}</title></head>
<body style="margin:0;padding:24px 16px;background:#f3f5f8;font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<table role="presentation" align="center" style="width:100%;max-width:640px;margin:0 auto;border-collapse:separate;background:#ffffff;color:#1c2430;border:1px solid #d8dce3;border-radius:10px"><tr><td style="padding:24px 28px">
<h1 style="font-size:22px;line-height:1.25;margin:0 0 2px">${title}</h1>
<p style="margin:0 0 8px;${soft}">${document.createdAt.slice(0, 16).replace("T", " ")} UTC</p>
${words(findings)}
${document.models.length > 0 ? models(document.models) : ""}
${document.streams.map(section).join("\n")}
</td></tr></table>
</body></html>
`;
}

function words(findings: readonly Finding[]): string {
  return groups
    .flatMap(([kind, heading, colour]) => {
      const own = findings.filter((finding) => finding.kind === kind);
      if (own.length === 0) return [];
      const items = own.map(({ text }) => `<li style="margin:3px 0">${escape(text)}</li>`).join("");
      return [
        `<p style="margin:14px 0 2px;font-weight:600;color:${colour}">${heading}</p><ul style="margin:0;padding-left:20px">${items}</ul>`,
      ];
    })
    .join("");
}

function models(all: readonly ReportModel[]): string {
  const rows = all.flatMap((model) =>
    model.figures.map(
      ({ set, metric, value, interval }) =>
        `<tr><td style="${name}">${escape(model.name)}</td><td style="${name}">${escape(`${set}, ${metric}`)}</td><td style="${cell}">${format(value)}</td><td style="${cell};${soft}">${interval ? `${format(interval.low)} to ${format(interval.high)}` : "–"}</td></tr>`,
    ),
  );
  const body = rows.length === 0 ? `<p style="margin:0">Not evaluated yet.</p>` : table("", rows);
  return `${heading("Models", "their latest evaluations, with 95 % intervals")}${body}`;
}

function section({ name: title, scenario, lifetimes }: ReportDocument["streams"][number]): string {
  const kind = [scenario.scenarioType, scenario.complexity, scenario.difficulty].filter(Boolean).join(", ");
  const measured = lifetimes.filter(({ error }) => error === null);
  const latest = measured.slice(-lifetimesAcross);
  const shown = figures.filter(([key]) => latest.some((lifetime) => figureOf(lifetime, key) !== undefined));
  const rows = shown.map(([key, label]) => {
    const cells = latest.map((lifetime) => `<td style="${cell}">${format(figureOf(lifetime, key))}</td>`);
    return `<tr><td style="${name}">${label}</td>${cells.join("")}</tr>`;
  });
  const titles = latest.map(({ lifetime }) => `<th style="${head}">${escape(lifetime)}</th>`).join("");
  const older = measured.length - latest.length;
  const notes = [
    ...(lifetimes.length === 0 ? ["No lifetimes yet."] : []),
    ...(older > 0 ? [`${older} earlier lifetimes are in the report itself.`] : []),
    ...lifetimes.flatMap(({ lifetime, error }) => (error === null ? [] : [`${lifetime}: ${error}`])),
  ].map((note) => `<p style="margin:6px 0 0;${soft}">${escape(note)}</p>`);
  const body = rows.length === 0 ? "" : table(`<tr><th style="${name}"></th>${titles}</tr>`, rows);
  return `${heading(title, kind)}${body}${notes.join("")}`;
}

const heading = (title: string, kind: string): string =>
  `<h2 style="font-size:17px;margin:26px 0 0">${escape(title)}</h2><p style="margin:0 0 4px;font-size:13px;${soft}">${escape(kind)}</p>`;

const table = (top: string, rows: readonly string[]): string =>
  `<div style="overflow-x:auto"><table style="border-collapse:collapse;font-size:14px">${top}${rows.join("")}</table></div>`;

function figureOf({ metrics }: LifetimeMetrics, key: string): number | undefined {
  const value = metrics?.[key];
  return typeof value === "number" ? value : undefined;
}

const format = (value: number | undefined): string => value?.toFixed(3).replace("-", "\u2212") ?? "–";

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
