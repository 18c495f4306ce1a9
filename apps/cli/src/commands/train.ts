import { Command } from "commander";
import { describeRun } from "../describe-run.ts";
import { toCount } from "../flags.ts";
import { readRecipe } from "../read-recipe.ts";
import { openSession } from "../session.ts";
import { type StreamFlags, toStreamEntry } from "../streams/stream-flags.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";

interface Flags extends StreamFlags {
  name: string;
  init: string;
  scratch?: true;
  recipe?: string;
  steps?: number;
  seed: number;
  detach?: true;
}

export function trainCommand(): Command {
  return new Command("train")
    .description("train a CLIP model on a version")
    .argument("<version>", "dsv_...")
    .requiredOption("--name <name>", "of the model that comes out")
    .requiredOption("--init <model>", "mdl_... to start from; its architecture is kept")
    .option("--scratch", "start from fresh weights of that architecture")
    .option("--recipe <recipe>", "a name of `recipe list`, JSON as the API takes it, or a file of it")
    .option("--steps <n>", "shorthand for the recipe's steps", toCount)
    .option("--seed <n>", "of everything random", toCount, 0)
    .option("--stream <id>", "write the training into this stream as a learning block")
    .option("--lifetime <name>", "of the stream (default: main)")
    .option("--stream-task <name>", "the task trained on, as the stream calls it")
    .option("--detach", "print the run and leave it to itself")
    .action(async (versionId: string, flags: Flags, command: Command) => {
      const recipe = readRecipe(flags.recipe, flags);
      const { api, output } = await openSession(command);
      const { name, init, seed } = flags;
      const run = await api.runs.create({
        kind: "train",
        versionId,
        modelName: name,
        initModelId: init,
        fromScratch: flags.scratch === true,
        recipe,
        seed,
        ...toStreamEntry(flags),
      });
      const settled = flags.detach ? run : expectSuccess(await watchRun(run, { api, output }));
      output.print(settled, describeRun(settled));
    });
}
