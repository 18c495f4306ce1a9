import type { ReportDocument } from "@whetstone/schemas/api";
import type { Chart } from "./chart.ts";
import { drawEvaluations } from "./charts/evaluations.ts";
import { drawHistory } from "./charts/history.ts";
import { drawLearningCurves } from "./charts/learning-curves.ts";
import { drawMetricBars } from "./charts/metric-bars.ts";
import { drawModels } from "./charts/models.ts";
import { drawSampleEfficiency } from "./charts/sample-efficiency.ts";
import { drawStabilityPlasticity } from "./charts/stability-plasticity.ts";
import { drawTransferMap } from "./charts/transfer-map.ts";
import { describeFindings } from "./describe-findings.ts";
import type { Finding } from "./finding.ts";
import { pageStyle } from "./page-style.ts";

const groups: [kind: Finding["kind"], title: string][] = [
  ["better", "Better"],
  ["worse", "Worse"],
  ["unclear", "No clear change"],
  ["look", "Worth a look"],
];
/** Longer tables are folded away on screen. */
const rowsShown = 12;

/** A report as one HTML file: nothing to load, nothing to run. Charts are inline SVG, each with its numbers as a table. */
export function renderReport(report: ReportDocument): string {
  const charts = drawCharts(report);
  const { title } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="meta">${escapeHtml(describeScope(report))}</p>
${renderWords(describeFindings(report), report.history.length > 0)}
${charts.map(renderChart).join("\n")}
<footer>${escapeHtml(describeMethod(report))}</footer>
</main>
</body>
</html>
`;
}

/** All charts that have something to show; curves are those of each subject's latest lifetime. */
function drawCharts(report: ReportDocument): Chart[] {
  const { subjects } = report;
  const perSubject = subjects.flatMap(({ name, lifetimes }) => {
    const last = lifetimes.at(-1);
    if (!last) return [];
    const charts = [drawEvaluations(last), drawLearningCurves(last), drawTransferMap(last), drawSampleEfficiency(last)];
    return charts.map((chart) =>
      chart && subjects.length > 1 ? { ...chart, title: `${chart.title}: ${name}` } : chart,
    );
  });
  return [
    drawModels(report),
    drawMetricBars(subjects),
    ...perSubject,
    drawStabilityPlasticity(subjects),
    drawHistory(report),
  ].filter((chart) => chart !== undefined);
}

function describeMethod({ options, subjects, models }: ReportDocument): string {
  const streams = `Measured from ${options.perfMeasure}, ${options.mode === "corrected" ? "corrected metrics" : "as l2metrics 3.1.0"}; normalised by ${options.normalizationMethod}, ${options.smoothingMethod === "none" ? "not smoothed" : `smoothed by a ${options.smoothingMethod} window`}. Intervals: BCa bootstrap over lifetimes, for a single lifetime a block bootstrap within it; of an evaluation, the normal interval of its mean.`;
  const evaluated =
    "Models by the main figure of each set, the newest evaluation of a set; intervals as the evaluation has them.";
  return [...(subjects.length > 0 ? [streams] : []), ...(models.length > 0 ? [evaluated] : [])].join(" ");
}

function describeScope({ subjects, models, createdAt, period, history }: ReportDocument): string {
  const lifetimes = subjects.reduce((sum, { lifetimes: all }) => sum + all.length, 0);
  const tasks = new Set(subjects.flatMap(({ lifetimes: all }) => all.flatMap((each) => each.tasks))).size;
  const before = history.at(-1);
  return [
    toDay(createdAt),
    ...(period ? [`${toDay(period.from)} to ${toDay(period.to)}`] : []),
    ...(subjects.length > 0
      ? [`${subjects.map(({ name }) => name).join(", ")}: ${count(lifetimes, "lifetime")}, ${count(tasks, "task")}`]
      : []),
    ...(models.length > 0 ? [models.map(({ name }) => name).join(", ")] : []),
    before ? `compared with the report of ${toDay(before.createdAt)}` : "the first report, so nothing to compare with",
  ].join(" · ");
}

function renderWords(findings: readonly Finding[], isCompared: boolean): string {
  const lists = groups.flatMap(([kind, title]) => {
    const own = findings.filter((finding) => finding.kind === kind);
    if (own.length === 0) return [];
    const heading = isCompared
      ? title
      : ({ better: "Good", worse: "Not good", unclear: "Not clear" }[kind as string] ?? title);
    return [
      `<h2 class="${kind}">${heading}</h2><ul>${own.map(({ text }) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>`,
    ];
  });
  return lists.length > 0 ? `<section class="words">${lists.join("")}</section>` : "";
}

function renderChart({ id, title, caption, svg, legend, head, rows }: Chart): string {
  const items = legend.map(({ name, colour }) => `<li><i style="background:${colour}"></i>${escapeHtml(name)}</li>`);
  const table = renderTable(head, rows);
  return `<section id="${id}">
<h2>${escapeHtml(title)}</h2>
<p class="caption">${escapeHtml(caption)}</p>
${items.length > 0 ? `<ul class="legend">${items.join("")}</ul>` : ""}
<figure tabindex="0">${svg}</figure>
${rows.length > rowsShown ? `<details><summary>${rows.length} rows as a table</summary>${table}</details>` : table}
</section>`;
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = head.map((_, i) => rows.every((row) => /^[-–−\d]/.test(row[i] ?? "")));
  const cell = (tag: "th" | "td", text: string, i: number): string =>
    `<${tag}${isNumber[i] ? ' class="number" align="right"' : ' align="left"'}>${escapeHtml(text)}</${tag}>`;
  const line = (tag: "th" | "td", cells: readonly string[]): string =>
    `<tr>${cells.map((text, i) => cell(tag, text, i)).join("")}</tr>`;
  return `<div class="wide"><table><thead>${line("th", head)}</thead><tbody>${rows.map((row) => line("td", row)).join("")}</tbody></table></div>`;
}

function toDay(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
