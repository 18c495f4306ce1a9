import { Command } from "commander";
import { describeRun } from "../describe-run.ts";
import { openSession } from "../session.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";

export function runWatchCommand(): Command {
  return new Command("watch")
    .description("follow a run until it ends; with --json, one event a line")
    .argument("<run>")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const run = await api.runs.get(id);
      const onEvent = output.isJson ? (event: unknown) => output.print(event, "") : undefined;
      const settled = await watchRun(run, { api, output, ...(onEvent ? { onEvent } : {}) });
      if (!output.isJson) output.print(settled, describeRun(settled));
      expectSuccess(settled);
    });
}
