import { maxBatchRows } from "@whetstone/schemas/api";
import { AppError } from "../errors.ts";
import { type ColumnRule, measureRule, otherRule, standardColumns } from "./column-rules.ts";
import { type Cell, type Column, type ExperienceColumns, toColumn } from "./experience-columns.ts";
import { parseTable } from "./parse-table.ts";
import { createRowProblems, type RowProblems } from "./row-problems.ts";

type Record_ = Record<string, unknown>;
const columnName = /^[A-Za-z_][\w.-]{0,63}$/;

/** JSON lines, or a tab-separated table with a header. */
export const batchFormats = ["ndjson", "tsv"] as const;
export type BatchFormat = (typeof batchFormats)[number];

export interface ParseOptions {
  format?: BatchFormat;
  /** Where the caller finds the first record: 1, or 2 below a header, unless they sent a piece of a longer file. */
  firstLine?: number | undefined;
  metricsColumns: readonly string[];
  /** For records that bring none, in l2logger's form. */
  timestamp: string;
}

/**
 * Experiences of a batch of records as l2logger's `log_record` takes them or its `data-log.tsv` holds them. All or none: a bad row refuses the batch and
 * is named with line, column and rule.
 */
export function parseExperiences(text: string, options: ParseOptions): ExperienceColumns {
  const { format = "ndjson", metricsColumns, firstLine = format === "tsv" ? 2 : 1 } = options;
  const problems = createRowProblems(firstLine);
  const records = format === "tsv" ? parseTable(text, { metricsColumns, problems }) : parseLines(text, problems);
  problems.check();
  checkCount(records.length);
  const experiences = { rowCount: records.length, columns: toColumns(records, { ...options, problems }) };
  problems.check();
  return experiences;
}

function parseLines(text: string, problems: RowProblems): Record_[] {
  const trimmed = text.trimEnd();
  const lines = trimmed === "" ? [] : trimmed.split("\n");
  const all = parseAtOnce(lines);
  if (all) return all;
  return lines.map((line, row) => {
    try {
      const value: unknown = JSON.parse(line);
      if (isRecord(value)) return value;
      problems.add({ row, rule: "not_a_record", detail: "must be a JSON object" });
    } catch {
      problems.add({ row, rule: "not_json", detail: "is not valid JSON (NaN and Infinity are not; send null)" });
    }
    return {};
  });
}

function checkCount(rowCount: number): void {
  if (rowCount === 0) throw new AppError("invalid_input", "the batch has no rows; send one record a line");
  if (rowCount > maxBatchRows)
    throw new AppError("payload_too_large", `the batch has ${rowCount} rows; send at most ${maxBatchRows} at once`);
}

/** One parse of all lines costs a third of one a line; whatever is odd is left to the careful way. */
function parseAtOnce(lines: readonly string[]): Record_[] | undefined {
  try {
    const values = JSON.parse(`[${lines.join(",")}]`) as unknown[];
    return values.length === lines.length && values.every(isRecord) ? values : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record_ =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function toColumns(
  records: readonly Record_[],
  { metricsColumns, timestamp, problems }: ParseOptions & { problems: RowProblems },
): Record<string, Column> {
  const names = Object.keys(records[0] ?? {});
  checkNames(records, { names, problems });
  const measures = new Set(metricsColumns);
  const columns = new Map<string, Column>();
  for (const name of new Set([...standardColumns.keys(), ...metricsColumns, ...names])) {
    const rule = standardColumns.get(name) ?? (measures.has(name) ? measureRule : otherRule);
    const fallback = name === "timestamp" ? timestamp : rule.fallback;
    if (names.includes(name)) columns.set(name, toCells(records, { name, rule, problems }));
    else if (fallback !== undefined) columns.set(name, { all: fallback });
    else problems.add({ row: 0, column: name, rule: "column_missing", detail: "every record must have it" });
  }
  return Object.fromEntries(columns);
}

/** Every record has the columns of the first, as l2logger asks. */
function checkNames(
  records: readonly Record_[],
  { names, problems }: { names: readonly string[]; problems: RowProblems },
): void {
  for (const name of names) {
    if (!columnName.test(name) || name in Object.prototype)
      problems.add({ row: 0, column: name.slice(0, 80), rule: "bad_column_name", detail: "is no name for a column" });
  }
  for (const [row, record] of records.entries()) {
    const own = Object.keys(record);
    const isSame = own.length === names.length && own.every((name, i) => name === names[i] || names.includes(name));
    if (isSame) continue;
    const odd = own.find((name) => !names.includes(name)) ?? names.find((name) => !(name in record));
    problems.add({
      row,
      ...(odd === undefined ? {} : { column: odd.slice(0, 80) }),
      rule: "columns_differ",
      detail: "every record must have the same columns as the first",
    });
  }
}

function toCells(
  records: readonly Record_[],
  { name, rule, problems }: { name: string; rule: ColumnRule; problems: RowProblems },
): Column {
  const cells: Cell[] = [];
  // Most cells repeat the one above; its check is then known.
  let last: unknown;
  let lastCell: Cell | undefined;
  for (const [row, record] of records.entries()) {
    const value = record[name];
    if (row === 0 || value !== last || typeof value === "object") {
      last = value;
      lastCell = rule.toCell(value);
    }
    if (lastCell === undefined)
      problems.add({ row, column: name, rule: rule.rule, detail: `${rule.detail}, not ${show(value)}` });
    cells.push(lastCell ?? null);
  }
  return toColumn(cells);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
