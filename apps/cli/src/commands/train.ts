import { Command } from "commander";
import { type BudgetFlag, budgetFlag, toBudget } from "../budget-flag.ts";
import { describeRun } from "../describe-run.ts";
import { collect, toCount } from "../flags.ts";
import { readRecipe } from "../read-recipe.ts";
import { openSession } from "../session.ts";
import { type StreamFlags, toStreamEntry } from "../streams/stream-flags.ts";
import { type MixFlags, type StartFlags, toMix, toStart } from "../train-flags.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";

interface Flags extends StreamFlags, StartFlags, MixFlags, BudgetFlag {
  name: string;
  recipe?: string;
  steps?: number;
  set?: string[];
  seed: number;
  detach?: true;
}

export function trainCommand(): Command {
  const command = new Command("train")
    .description("train a CLIP model on a version")
    .argument("<version>", "dsv_...")
    .requiredOption("--name <name>", "of the model that comes out")
    .option("--init <model>", "start from this model, mdl_...; its architecture is kept")
    .option("--scratch", "with --init: start from fresh weights of that architecture")
    .option("--architecture <name>", "start from fresh weights of one of open_clip's architectures, ViT-B-32 for one")
    .option("--hub <owner/name@commit>", "start from a checkpoint of the Hugging Face hub, open_clip's or a CLIP")
    .option("--mix <version[=weight]>", "learn from this version too, by its weight; may be given again", collect)
    .option("--replay <version[=weight]>", "likewise, one the start model has learned from already", collect)
    .option("--recipe <recipe>", "a name of `recipe list`, JSON as the API takes it, or a file of it")
    .option("--set <path=value>", "change a value of the recipe: data.streaming=true; may be given again", collect)
    .option("--steps <n>", "shorthand for the recipe's steps", toCount)
    .option("--seed <n>", "of everything random", toCount, 0)
    .option("--stream <id>", "write the training into this stream as a learning block")
    .option("--lifetime <name>", "of the stream (default: main)")
    .option("--stream-task <name>", "the task trained on, as the stream calls it")
    .option("--detach", "print the run and leave it to itself")
    .action(async (versionId: string, flags: Flags, self: Command) => {
      const recipe = readRecipe(flags.recipe, flags);
      const source = { ...toStart(flags), ...toMix(versionId, flags) };
      const budget = toBudget(flags);
      const { api, output } = await openSession(self);
      const run = await api.runs.create({
        kind: "train",
        versionId,
        modelName: flags.name,
        ...source,
        recipe,
        seed: flags.seed,
        ...toStreamEntry(flags),
        ...budget,
      });
      const settled = flags.detach ? run : expectSuccess(await watchRun(run, { api, output }));
      output.print(settled, describeRun(settled));
    });
  return budgetFlag(command);
}
