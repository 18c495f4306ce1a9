import { Command } from "commander";
import { type BudgetFlag, budgetFlag, toBudget } from "../budget-flag.ts";
import { describeRun } from "../describe-run.ts";
import { openSession } from "../session.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";

export function runRetryCommand(): Command {
  const command = new Command("retry")
    .description("try a run's failed tasks again, or go on with a larger budget; what is done is not done again")
    .argument("<run>")
    .option("--detach", "print the run and leave it to itself")
    .action(async (id: string, flags: BudgetFlag & { detach?: true }, self: Command) => {
      const body = toBudget(flags);
      const { api, output } = await openSession(self);
      const run = await api.runs.retry(id, body);
      const settled = flags.detach ? run : expectSuccess(await watchRun(run, { api, output }));
      output.print(settled, describeRun(settled));
    });
  return budgetFlag(command);
}
