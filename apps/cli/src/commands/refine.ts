import { Command } from "commander";
import { type BudgetFlag, budgetFlag, toBudget } from "../budget-flag.ts";
import { CliError } from "../errors.ts";
import { describeRun } from "../describe-run.ts";
import { toCount, toNumber } from "../flags.ts";
import { openSession } from "../session.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";

interface Flags extends BudgetFlag {
  baseUrl?: string;
  model?: string;
  keySecret?: string;
  concurrency: number;
  prompt: string;
  temperature: number;
  seed: number;
  tolerateFailed: number;
  detach?: true;
}

export function refineCommand(): Command {
  const command = new Command("refine")
    .description("let a vision-language model write four texts for each sample of a version; makes the next version")
    .argument("<version>", "dsv_...")
    .option("--base-url <url>", "an OpenAI-compatible endpoint (vLLM and the like); default: the embedded model")
    .option("--model <name>", "model of the endpoint, or of the embedded ones")
    .option("--key-secret <name>", "name of the secret the runners hold for the endpoint (WHETSTONE_SECRET_<NAME>)")
    .option("--concurrency <n>", "calls at once to the endpoint", toCount, 8)
    .option("--prompt <name>", "prompt of the refiner", "short")
    .option("--temperature <t>", "of sampling", toNumber, 0)
    .option("--seed <n>", "of sampling", toCount, 0)
    .option("--tolerate-failed <n>", "shards that may fail", toCount, 0)
    .option("--detach", "print the run and leave it to itself")
    .action(async (versionId: string, flags: Flags, self: Command) => {
      const { api, output } = await openSession(self);
      const budget = toBudget(flags);
      const { prompt, temperature, seed } = flags;
      const run = await api.runs.create({
        kind: "refine",
        versionId,
        refiner: toRefiner(flags),
        prompt,
        temperature,
        seed,
        tolerateFailedTasks: flags.tolerateFailed,
        ...budget,
      });
      const settled = flags.detach ? run : expectSuccess(await watchRun(run, { api, output }));
      output.print(settled, describeRun(settled));
    });
  return budgetFlag(command);
}

function toRefiner({ baseUrl, model, keySecret, concurrency }: Flags) {
  if (baseUrl === undefined) return { provider: "embedded" as const, ...(model ? { model } : {}) };
  if (model === undefined) throw new CliError("--base-url needs --model", { exitCode: 2 });
  return {
    provider: "openai" as const,
    baseUrl,
    model,
    concurrency,
    ...(keySecret ? { apiKeySecret: keySecret } : {}),
  };
}
