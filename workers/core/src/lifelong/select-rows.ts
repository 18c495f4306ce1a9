import { pickRows, type LogTable } from "./log/log-table.ts";

export interface Selection {
  table: LogTable;
  incompleteCount: number;
  missingCount: number;
}

/** The complete rows that have a value; the rest is counted. */
export function selectRows(table: LogTable, isAgnostic: boolean): Selection {
  const kept = new Uint32Array(table.length);
  let count = 0;
  let incompleteCount = 0;
  let missingCount = 0;
  for (let i = 0; i < table.length; i++) {
    if (table.status[i] !== 0) incompleteCount++;
    else if (Number.isNaN(table.value[i])) missingCount++;
    else kept[count++] = i;
  }
  const selected = count === table.length ? table : pickRows(table, kept.subarray(0, count));
  return { table: isAgnostic ? cutVariants(selected) : selected, incompleteCount, missingCount };
}

/** The part of a task name before the first "_". */
export function toLabel(task: string): string {
  return task.split("_", 1)[0] as string;
}

/** Names tasks by their label alone. */
export function cutVariants(table: LogTable): LogTable {
  const labels = [...new Set(table.tasks.map(toLabel))];
  const codes = table.tasks.map((name) => labels.indexOf(toLabel(name)));
  const task = table.task.map((code) => codes[code] as number);
  return { ...table, tasks: labels, task };
}
