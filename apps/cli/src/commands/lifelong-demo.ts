import { resolve } from "node:path";
import { Command, Option } from "commander";
import { toCount } from "../flags.ts";
import { createOutput } from "../output.ts";
import { openSession } from "../session.ts";

export interface DemoFlags {
  out: string;
  cifar10?: string;
  archives?: string[];
  protocol: "task" | "domain" | "class";
  seeds: number;
  experiences?: number;
  reuse?: true;
  push?: true;
}

export function lifelongDemoCommand(): Command {
  return new Command("demo")
    .description("four learners live through Split-CIFAR-10 and are measured: naive, EWC, replay and joint")
    .option("--out <dir>", "where logs and results go", ".whetstone/lifelong-demo")
    .option(
      "--cifar10 <dir>",
      "Hugging Face Parquet files of CIFAR-10 (default: ../shared/data/cifar10 where that is there)",
    )
    .option("--archives <tar...>", "WebDataset archives instead, with each image's `group` in its .json")
    .addOption(
      new Option("--protocol <name>", "what an image's class is chosen among: its task's two, two for all, or all")
        .choices(["task", "domain", "class"])
        .default("task"),
    )
    .option("--seeds <n>", "lifetimes of each learner in each scenario", toCount, 3)
    .option("--experiences <n>", "batches learned of each task (default: 60)", toCount)
    .option("--reuse", "measure the lifetimes that are in --out already")
    .option("--push", "feed the lives into streams of the API, one a learner")
    .action(async (flags: DemoFlags, self: Command) => {
      // Before the learners live, so that a missing API is known at once.
      const session = flags.push ? await openSession(self) : undefined;
      const output = session?.output ?? createOutput(self.optsWithGlobals<{ json?: boolean }>());
      const { runDemo } = await import("../lifelong/demo/run-demo.ts");
      await runDemo({ ...flags, out: resolve(flags.out) }, { output, ...(session ? { api: session.api } : {}) });
    });
}
