import { Command } from "commander";
import { describeRun } from "../describe-run.ts";
import { openSession } from "../session.ts";

export function runCancelCommand(): Command {
  return new Command("cancel")
    .description("stop a run; its runners hear of it with their next heartbeat")
    .argument("<run>")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const run = await api.runs.cancel(id);
      output.print(run, describeRun(run));
    });
}
