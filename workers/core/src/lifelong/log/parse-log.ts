import type { Fault } from "../error.ts";
import { createCoder, createTimeParser, decodeCell, isMissing, parseMeasure, type Cell } from "./parse-cell.ts";
import { blockSubtypes, blockTypes, noParams, statuses, type LogBuilder } from "./log-table.ts";
import { parseWhole } from "./parse-decimal.ts";
import { createLineSplitter, type Line } from "./split-lines.ts";

/** Columns a data-log.tsv must have; `block_subtype` may be left out and means `wake` then. */
export const standardColumns = [
  "block_num",
  "exp_num",
  "worker_id",
  "block_type",
  "task_name",
  "task_params",
  "exp_status",
  "timestamp",
] as const;

/** From row `row` of the table on, rows stand in `file` from line `line` on. */
export interface Origin {
  row: number;
  file: string;
  line: number;
}

export interface LogParserOptions {
  file: string;
  /** The performance measure: the column that becomes `value`. */
  measure: string;
  builder: LogBuilder;
  origins: Origin[];
  /** Gets every broken rule. The row it stands in is left out, all others are kept. */
  onFault: (fault: Fault) => void;
}

export interface LogParser {
  push(chunk: Uint8Array): void;
  /** Call after the last chunk. */
  finish(): void;
  /** Names in the header; empty before it was read. */
  readonly columns: readonly string[];
}

type Reader = (cell: Cell) => number | string;
type Field = readonly [index: number, name: string, read: Reader];

/** Reads one data-log.tsv of l2logger 1.1, chunk by chunk, into a table. Never throws for what the file holds. */
export function createLogParser(options: LogParserOptions): LogParser {
  const { file, builder, onFault, origins } = options;
  const readers = createReaders(options);
  let columns: string[] = [];
  let fields: Field[] | undefined;
  const values = new Float64Array(9);
  const cell: Cell = { bytes: new Uint8Array(0), start: 0, end: 0 };
  let expectedLine = -1;

  const splitter = createLineSplitter((line) => {
    if (line.isOpen) return onFault({ file, line: line.number, rule: "has a quote that is never closed" });
    if (!fields) return readHeader(line);
    if (fields.length > 0) readRow(line, fields);
  });

  function readHeader(line: Line): void {
    cell.bytes = line.bytes;
    columns = Array.from({ length: line.count }, (_, i) =>
      decodeCell({ bytes: line.bytes, start: line.starts[i] as number, end: line.ends[i] as number }),
    );
    fields = [];
    const lacking = standardColumns.filter((name) => !columns.includes(name));
    const double = columns.find((name, i) => columns.indexOf(name) !== i);
    if (lacking.length > 0) onFault({ file, line: line.number, rule: `the header lacks ${lacking.join(", ")}` });
    else if (double !== undefined) onFault({ file, line: line.number, rule: `the header names ${double} twice` });
    else fields = readers.map(([name, read]) => [columns.indexOf(name), name, read] as const);
  }

  function readRow(line: Line, known: Field[]): void {
    if (line.count !== columns.length)
      return onFault({
        file,
        line: line.number,
        rule: `has ${line.count} cells where the header has ${columns.length}`,
      });
    cell.bytes = line.bytes;
    for (let f = 0; f < known.length; f++) {
      const [index, name, read] = known[f] as Field;
      if (index === -1) {
        values[f] = absent(name);
        continue;
      }
      cell.start = line.starts[index] as number;
      cell.end = line.ends[index] as number;
      const value = read(cell);
      if (typeof value === "string") return onFault({ file, line: line.number, column: name, rule: value });
      values[f] = value;
    }
    if (line.number !== expectedLine) origins.push({ row: builder.table.length, file, line: line.number });
    expectedLine = line.number + 1;
    store();
  }

  function store(): void {
    const i = builder.addRow();
    const { table } = builder;
    table.blockNum[i] = values[0] as number;
    table.expNum[i] = values[1] as number;
    table.blockType[i] = values[2] as number;
    table.subtype[i] = values[3] as number;
    table.task[i] = values[4] as number;
    table.param[i] = values[5] as number;
    table.status[i] = values[6] as number;
    table.timeUs[i] = values[7] as number;
    table.value[i] = values[8] as number;
  }

  return {
    push: splitter.push,
    finish() {
      splitter.finish();
      if (!fields) onFault({ file, rule: "is empty; a header line is expected" });
    },
    get columns() {
      return columns;
    },
  };
}

/** In the order `store` takes them. The last, `worker_id`, is only checked. */
function createReaders({ builder, measure }: LogParserOptions): [string, Reader][] {
  return [
    ["block_num", readWhole],
    ["exp_num", readWhole],
    ["block_type", createCoder((text) => oneOf(blockTypes, text))],
    ["block_subtype", createCoder((text) => oneOf(blockSubtypes, text))],
    ["task_name", createCoder((text) => (isMissing(text) ? "is empty" : builder.codeTask(text)))],
    ["task_params", createCoder((text) => readParams(text, builder))],
    ["exp_status", createCoder((text) => oneOf(statuses, text))],
    ["timestamp", createTimeParser()],
    [measure, parseMeasure],
    ["worker_id", createCoder((text) => (/^[\w\-.]*$/.test(text) ? 0 : "may hold letters, digits, _, - and . only"))],
  ];
}

/** The value of a column the header lacks. */
function absent(name: string): number {
  return name === "block_subtype" ? 0 : Number.NaN;
}

function readWhole({ bytes, start, end }: Cell): number | string {
  return parseWhole(bytes, start, end) ?? "must be a whole number, 0 or more";
}

function oneOf(names: readonly string[], text: string): number | string {
  const index = names.indexOf(text);
  return index >= 0 ? index : `must be one of ${names.join(", ")}, not "${text.slice(0, 40)}"`;
}

function readParams(text: string, builder: LogBuilder): number | string {
  if (isMissing(text)) return noParams;
  try {
    // Python writes NaN and Infinity, which JSON doesn't know.
    JSON.parse(text.replaceAll(/(?<![\w"])-?(NaN|Infinity)\b/g, "null"));
    return builder.codeParams(text);
  } catch {
    return "must be JSON";
  }
}
