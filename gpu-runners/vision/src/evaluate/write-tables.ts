import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createLayerWriter } from "@whetstone/runtime";
import { PredictionRow } from "@whetstone/schemas/tasks";
import type { TaskOutcome } from "./evaluation-context.ts";

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
  if (classes.length > 0) names.push(await writeCsv(join(folder, "per-class.csv"), classes));
  const confusions = outcomes.flatMap(({ confusions: rows = [] }, task) => rows.map((row) => ({ task, ...row })));
  if (confusions.length > 0) names.push(await writeCsv(join(folder, "confusion.csv"), confusions));
  return names;
}

/** RFC 4180: a header from the first row's keys, CRLF. */
async function writeCsv(path: string, rows: readonly Record<string, string | number>[]): Promise<string> {
  const header = Object.keys(rows[0] ?? {});
  function* lines(): Generator<string> {
    yield `${header.join(",")}\r\n`;
    for (const row of rows) yield `${header.map((name) => toCell(row[name] ?? "")).join(",")}\r\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A text that a spreadsheet would run as a formula is kept from it by an apostrophe. */
function toCell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
