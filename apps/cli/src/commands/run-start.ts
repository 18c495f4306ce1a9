import { CreateRun } from "@whetstone/schemas/api";
import { Command } from "commander";
import { z } from "zod";
import { type BudgetFlag, budgetFlag, toBudget } from "../budget-flag.ts";
import { describeRun } from "../describe-run.ts";
import { CliError } from "../errors.ts";
import { toJson } from "../flags.ts";
import { openSession } from "../session.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";

export function runStartCommand(): Command {
  const command = new Command("start")
    .description("start a run of any kind from its JSON, as POST /v1/runs takes it")
    .argument("<json>", 'such as \'{"kind":"refine","versionId":"dsv_..."}\'', toJson)
    .option("--detach", "print the run and leave it to itself")
    .action(async (body: unknown, flags: BudgetFlag & { detach?: true }, self: Command) => {
      const budget = toBudget(flags);
      const parsed = CreateRun.safeParse({ ...(body as object), ...budget });
      if (!parsed.success) throw new CliError(`this is no run: ${z.prettifyError(parsed.error)}`, { exitCode: 2 });
      const { api, output } = await openSession(self);
      const run = await api.runs.create(parsed.data);
      const settled = flags.detach ? run : expectSuccess(await watchRun(run, { api, output }));
      output.print(settled, describeRun(settled));
    });
  return budgetFlag(command);
}
