/** Codes of `LogTable.blockType`, `.subtype` and `.status`: the index in these lists. */
export const blockTypes = ["train", "test"] as const;
export const blockSubtypes = ["wake", "sleep"] as const;
export const statuses = ["complete", "incomplete"] as const;
export type BlockType = (typeof blockTypes)[number];
export type BlockSubtype = (typeof blockSubtypes)[number];

/**
 * Rows of a log as columns, one entry a row. Rows are `order`ed by (experience, block); rows equal in both keep the order they came in.
 * `value` is the performance measure, NaN where the log has none; `timeUs` counts microseconds since 1970, NaN where unknown.
 */
export interface LogTable {
  length: number;
  blockNum: Float64Array;
  expNum: Float64Array;
  blockType: Uint8Array;
  subtype: Uint8Array;
  status: Uint8Array;
  /** Index in `tasks`. */
  task: Uint32Array;
  /** Index in `params`, `noParams` for none. */
  param: Uint32Array;
  timeUs: Float64Array;
  value: Float64Array;
  /** Task names in lower case. */
  tasks: string[];
  /** `task_params` as they stand in the log. */
  params: string[];
}

export const noParams = 0xff_ff_ff_ff;

/** One experience, for writers that have no TSV. */
export interface LogRow {
  blockNum: number;
  expNum: number;
  blockType: BlockType;
  subtype?: BlockSubtype;
  task: string;
  taskParams?: string | null;
  isComplete?: boolean;
  timeUs?: number | null;
  value: number | null;
}

type Columns = Omit<LogTable, "length" | "tasks" | "params">;

/** Grows columns as rows come. `codeTask` and `codeParams` give the codes of names. */
export interface LogBuilder {
  readonly table: LogTable;
  /** Makes room for one more row, zeroed, and returns its index. */
  addRow(): number;
  add(row: LogRow): void;
  codeTask(name: string): number;
  codeParams(text: string): number;
}

/** Above this many distinct `task_params`, the rest count as one. */
const maxParams = 200_000;

export function createLogBuilder(): LogBuilder {
  const tasks = new Map<string, number>();
  const params = new Map<string, number>();
  let capacity = 1024;
  const table: LogTable = { length: 0, ...allocate(capacity), tasks: [], params: [] };

  function addRow(): number {
    if (table.length === capacity) {
      capacity = capacity < 1 << 22 ? capacity * 2 : Math.ceil(capacity * 1.5);
      Object.assign(table, grow(table, capacity));
    }
    return table.length++;
  }
  function codeTask(name: string): number {
    return code(tasks, table.tasks, name.toLowerCase());
  }
  function codeParams(text: string): number {
    if (!params.has(text) && params.size >= maxParams) return code(params, table.params, "(more)");
    return code(params, table.params, text);
  }
  function add(row: LogRow): void {
    const i = addRow();
    table.blockNum[i] = row.blockNum;
    table.expNum[i] = row.expNum;
    table.blockType[i] = blockTypes.indexOf(row.blockType);
    table.subtype[i] = blockSubtypes.indexOf(row.subtype ?? "wake");
    table.status[i] = row.isComplete === false ? 1 : 0;
    table.task[i] = codeTask(row.task);
    table.param[i] = row.taskParams ? codeParams(row.taskParams) : noParams;
    table.timeUs[i] = row.timeUs ?? Number.NaN;
    table.value[i] = row.value ?? Number.NaN;
  }
  return { table, addRow, add, codeTask, codeParams };
}

/** The rows `kept` names, in that order. Frees the old columns one by one. */
export function pickRows(table: LogTable, kept: Uint32Array): LogTable {
  const pick = <Column extends Float64Array | Uint8Array | Uint32Array>(column: Column): Column => {
    const out = column.slice(0, kept.length) as Column;
    for (let i = 0; i < kept.length; i++) out[i] = column[kept[i] as number] as number;
    return out;
  };
  const columns = mapColumns(table, pick);
  return { length: kept.length, ...columns, tasks: table.tasks, params: table.params };
}

/** The same table without the room it grew into. */
export function trimTable(table: LogTable): LogTable {
  return { ...table, ...mapColumns(table, (column) => column.subarray(0, table.length) as typeof column) };
}

function code(codes: Map<string, number>, names: string[], name: string): number {
  const known = codes.get(name);
  if (known !== undefined) return known;
  codes.set(name, names.length);
  return names.push(name) - 1;
}

function allocate(capacity: number): Columns {
  return {
    blockNum: new Float64Array(capacity),
    expNum: new Float64Array(capacity),
    blockType: new Uint8Array(capacity),
    subtype: new Uint8Array(capacity),
    status: new Uint8Array(capacity),
    task: new Uint32Array(capacity),
    param: new Uint32Array(capacity),
    timeUs: new Float64Array(capacity),
    value: new Float64Array(capacity),
  };
}

function grow(table: Columns, capacity: number): Columns {
  return mapColumns(table, (column) => {
    const wider = new (column.constructor as new (length: number) => typeof column)(capacity);
    wider.set(column);
    return wider;
  });
}

function mapColumns(
  table: Columns,
  change: <Column extends Float64Array | Uint8Array | Uint32Array>(column: Column) => Column,
): Columns {
  return {
    blockNum: change(table.blockNum),
    expNum: change(table.expNum),
    blockType: change(table.blockType),
    subtype: change(table.subtype),
    status: change(table.status),
    task: change(table.task),
    param: change(table.param),
    timeUs: change(table.timeUs),
    value: change(table.value),
  };
}
