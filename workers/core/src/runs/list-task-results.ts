import type { OutputFile } from "@whetstone/schemas/tasks";
import { tasks } from "@whetstone/schemas/db";
import { and, asc, eq, gt } from "drizzle-orm";
import type { Context } from "../context.ts";
import { RunFailure } from "./run-failure.ts";

const pageSize = 200;

export interface TaskResult {
  index: number;
  result: Record<string, unknown>;
  /** The accepted attempt's files by name. */
  file(name: string): OutputFile & { key: string };
  files: readonly (OutputFile & { key: string })[];
  has(name: string): boolean;
  finishedAt: Date;
}

/** Results of a run's succeeded tasks in order, a page at a time. */
export async function* listTaskResults(ctx: Context, runId: string): AsyncGenerator<TaskResult> {
  for (let after = -1; ;) {
    const rows = await ctx.db
      .select({ index: tasks.index, result: tasks.result, outputs: tasks.outputs, finishedAt: tasks.finishedAt })
      .from(tasks)
      .where(and(eq(tasks.runId, runId), eq(tasks.status, "succeeded"), gt(tasks.index, after)))
      .orderBy(asc(tasks.index))
      .limit(pageSize);
    for (const row of rows) {
      const files = new Map((row.outputs ?? []).map((file) => [file.name, file]));
      yield {
        index: row.index,
        result: row.result ?? {},
        file: (name) => {
          const file = files.get(name);
          if (!file) throw new RunFailure("output_missing", `task ${row.index} names ${name} and did not leave it`);
          return file;
        },
        files: row.outputs ?? [],
        has: (name) => files.has(name),
        finishedAt: row.finishedAt ?? new Date(0),
      };
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.index;
  }
}
