import type { Task } from "@whetstone/schemas/api";
import { Command } from "commander";
import { describeRun } from "../describe-run.ts";
import { formatTable } from "../output.ts";
import { openSession } from "../session.ts";

export function runShowCommand(): Command {
  return new Command("show")
    .description("a run, and what went wrong with its tasks")
    .argument("<run>")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const run = await api.runs.get(id);
      const tasks = run.tasks.failed > 0 || output.isJson ? (await api.runs.tasks(id, { limit: 100 })).data : [];
      output.print({ ...run, taskList: tasks }, [describeRun(run), ...failures(tasks)].join("\n\n"));
    });
}

function failures(tasks: readonly Task[]): string[] {
  const failed = tasks.filter(({ error }) => error !== null);
  if (failed.length === 0) return [];
  return [
    formatTable([
      ["TASK", "INDEX", "STATUS", "TRIES", "ERROR"],
      ...failed.map((task) => [
        task.id,
        String(task.index),
        task.status,
        String(task.attempt),
        `${task.error?.code}: ${task.error?.message}`,
      ]),
    ]),
  ];
}
