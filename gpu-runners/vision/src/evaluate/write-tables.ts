import { createWriteStream } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createLayerWriter } from "@whetstone/runtime";
import { PredictionRow } from "@whetstone/schemas/tasks";
import type { TaskOutcome } from "./evaluation-context.ts";

const classColumns = ["task", "name", "count", "recall", "precision", "f1", "averagePrecision"];
const confusionColumns = ["task", "label", "predicted", "count"];

/** Writes the long tables of all tasks into a folder: `predictions.parquet`, `per-class.csv`, `confusion.csv`; answers the names of those that have rows. */
export async function writeTables(outcomes: readonly TaskOutcome[], folder: string): Promise<string[]> {
  const names: string[] = [];
  if (outcomes.some(({ predictions }) => predictions)) {
    const writer = createLayerWriter(join(folder, "predictions.parquet"), PredictionRow);
    outcomes.forEach(({ predictions = [] }, task) => {
      for (const row of predictions) writer.append({ task, ...row });
    });
    writer.close();
    names.push("predictions.parquet");
  }
  const classes = outcomes.flatMap(({ classes: rows = [] }, task) => rows.map((row) => ({ task, ...row })));
  if (classes.length > 0)
    names.push(await writeCsv(join(folder, "per-class.csv"), { columns: classColumns, rows: classes }));
  const confusions = outcomes.flatMap(({ confusions: rows = [] }, task) => rows.map((row) => ({ task, ...row })));
  if (confusions.length > 0)
    names.push(await writeCsv(join(folder, "confusion.csv"), { columns: confusionColumns, rows: confusions }));
  return names;
}

/** RFC 4180, with a header. A column that a row lacks is empty. */
async function writeCsv(
  path: string,
  { columns, rows }: { columns: readonly string[]; rows: readonly Record<string, string | number>[] },
): Promise<string> {
  function* lines(): Generator<string> {
    yield `${columns.join(",")}\r\n`;
    for (const row of rows) yield `${columns.map((name) => toCell(row[name] ?? "")).join(",")}\r\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
  return basename(path);
}

/** A text that a spreadsheet would run as a formula is kept from it by an apostrophe. */
function toCell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
