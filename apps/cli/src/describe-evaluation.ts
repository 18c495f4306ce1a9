import type { Comparison, Evaluation, EvaluationResult, Suite } from "@whetstone/schemas/api";
import { formatTable } from "./output.ts";

/** A suite's evaluation as one line a set and its means; a version's as all its figures. */
export function describeEvaluation(evaluation: Evaluation): string {
  const { id, status, results, suiteId } = evaluation;
  const head = `evaluation ${id}: ${status}`;
  const [only] = results ?? [];
  if (suiteId === null && only?.scores)
    return [head, ...only.scores.map((scores) => describeScores(scores)), ...describeSeen(only)].join("\n\n");
  const parts = [head, tabulateResults(results ?? []), tabulateAggregates(evaluation)];
  return [...parts, ...(results ?? []).flatMap(describeSeen)].filter(Boolean).join("\n\n");
}

function tabulateResults(results: readonly EvaluationResult[]): string {
  const rows = results.map(({ name, main, cleanMain, status, error }) => [
    name,
    main?.metric ?? status,
    main ? percent(main.value) : (error?.code ?? ""),
    main?.interval ? `${percent(main.interval.low)} to ${percent(main.interval.high)}` : "",
    cleanMain ? percent(cleanMain.value) : "",
  ]);
  return rows.length === 0 ? "" : formatTable([["SET", "FIGURE", "VALUE", "95 % INTERVAL", "WITHOUT SEEN"], ...rows]);
}

function tabulateAggregates({ aggregates }: Evaluation): string {
  const rows = (aggregates ?? []).flatMap(({ label, value }) => (value === null ? [] : [[label, percent(value)]]));
  return rows.length === 0 ? "" : formatTable([["MEAN", "VALUE"], ...rows]);
}

function describeSeen({ name, contamination, cleanMain }: EvaluationResult): string[] {
  if (!contamination || contamination.exactCount + contamination.nearCount === 0) return [];
  const { exactCount, nearCount, sampleCount } = contamination;
  const without = cleanMain ? `; without them ${cleanMain.metric} is ${percent(cleanMain.value)}` : "";
  return [
    `${name}: the model has seen ${exactCount} of ${sampleCount} test images, and ${nearCount} more nearly${without}`,
  ];
}

export function describeComparison({ comparisons, skipped, note }: Comparison): string {
  const blocks = comparisons.map(({ set, task, part, count, pairs }) =>
    [
      `${set}, ${task}${part === "" ? "" : ` (${part})`}, ${count} units:`,
      ...pairs.map(({ sentence }) => `  ${sentence}`),
    ].join("\n"),
  );
  const left = skipped.map(({ set, reason }) => `left out ${set}: ${reason}`);
  return [...blocks, ...(left.length > 0 ? [left.join("\n")] : []), note].join("\n\n");
}

export function describeSuite({ id, name, sets, missing }: Suite): string {
  const rows = sets.map((set) => [
    set.name,
    set.versionId,
    set.tasks.map(({ type }) => type).join(" "),
    set.mainMetric ?? "",
    set.groups.join(" "),
  ]);
  const lacks = missing.length > 0 ? `\n\nmissing ${missing.length} of DataComp's 38: ${missing.join(", ")}` : "";
  return `suite ${name} (${id})\n\n${formatTable([["SET", "VERSION", "TASKS", "MAIN FIGURE", "GROUPS"], ...rows])}${lacks}`;
}

function describeScores(scores: NonNullable<EvaluationResult["scores"]>[number]): string {
  return formatTable([[scores.type, ""], ...flatten(scores)]);
}

/** Every number of the scores by its path, such as `textToImage.r1`; tables are left to --csv and --html. */
function flatten(value: object, path = ""): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]): [string, string][] => {
    const here = path === "" ? name : `${path}.${name}`;
    if (typeof inner === "number") return [[here, Number.isInteger(inner) ? String(inner) : inner.toFixed(4)]];
    return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? flatten(inner, here) : [];
  });
}

const percent = (value: number) => (Math.abs(value) <= 1 ? `${(value * 100).toFixed(1)} %` : value.toFixed(2));
