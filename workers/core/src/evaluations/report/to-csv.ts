import type { Evaluation } from "@whetstone/schemas/api";
import { listFigures } from "./list-figures.ts";

const header = ["set", "task", "metric", "value", "low95", "high95", "samples", "is_main", "without_seen"] as const;

/** One row a figure, then one an aggregate (RFC 4180). */
export function toCsv(evaluation: Evaluation): string {
  const rows: (string | number | null)[][] = (evaluation.results ?? []).flatMap((result) =>
    result.error
      ? [[result.name, "", result.error.code, null, null, null, null, "", null]]
      : listFigures(result).map((figure) => [
          result.name,
          figure.task,
          figure.metric,
          figure.value,
          figure.interval?.low ?? null,
          figure.interval?.high ?? null,
          figure.sampleCount,
          figure.isMain ? "yes" : "",
          figure.cleanValue,
        ]),
  );
  const aggregates = (evaluation.aggregates ?? []).map(({ name, label, value, count }) => [
    "",
    name,
    label,
    value,
    null,
    null,
    count,
    "",
    null,
  ]);
  return [[...header], ...rows, ...aggregates].map((row) => `${row.map(toCell).join(",")}\r\n`).join("");
}

/** A text that a spreadsheet would run as a formula is kept from it by an apostrophe. */
function toCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
