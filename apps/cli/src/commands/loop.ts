import type { Loop } from "@whetstone/schemas/api";
import { Command } from "commander";
import { commandGroup } from "../command-group.ts";
import { CliError } from "../errors.ts";
import { collect, toCount } from "../flags.ts";
import { describeComparison, describeLoop, tabulateLoops, tabulateMethods } from "../loops/describe-loop.ts";
import { type StartFlags, toLoopRequest, toValues } from "../loops/loop-request.ts";
import { watchLoop } from "../loops/watch-loop.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession, type Session } from "../session.ts";

/** `whetstone loop start|methods|list|show|watch|compare|fork|pause|resume|cancel|rollback|promote`. */
export function loopCommand(): Command {
  return commandGroup("loop", "models that learn from what they made", [
    startCommand(),
    methodsCommand(),
    listCommand(),
    showCommand(),
    watchCommand(),
    compareCommand(),
    forkCommand(),
    deed("pause", "end the step at work and begin none"),
    deed("resume", "go on where it was"),
    deed("cancel", "stop it; the promoted model stays"),
    deed("rollback", "go back to the model before; of a loop that is paused or over"),
    promoteCommand(),
  ]);
}

function startCommand(): Command {
  return new Command("start")
    .description("start a self-training loop")
    .requiredOption("--method <id>", "see: whetstone loop methods")
    .requiredOption(
      "--policy <weights>",
      "what learns: a folder, a tar, up_..., mdl_... or <owner>/<name>@<commit> of the hub",
    )
    .option("--policy-kind <kind>", "tabular, label, causal-lm or image-text", "image-text")
    .requiredOption("--task <task>", "a Parquet file of questions, up_..., or dsv_... to refine")
    .option("--verifier <name>", "of questions: exact or program")
    .option("--reward <weights>", "the CLIP that rewards")
    .option("--judge <weights>", "the CLIP that only judges: never the same weights as another")
    .option("--name <name>", "of the loop (the method's)")
    .option("--iterations <n>", "rounds", toCount)
    .option("--seed <n>", "same seed, same weights", toCount)
    .option("--shards <n>", "runners that sample at once", toCount)
    .option("--max-tokens <n>", "of a text", toCount)
    .option("--set <name=value>", "a parameter of the method; may be given again", collect)
    .option("--measure <name=value>", "how iterations are measured: count=8; may be given again", collect)
    .option("--gate <name=value>", "what lets one in: alpha=0.05; may be given again", collect)
    .option(
      "--budget <name=value>",
      "where it ends: samples=100000, gpuSeconds=3600, money=5EUR; may be given again",
      collect,
    )
    .option("--stream <id>", "the stream that gets its blocks (one is made)")
    .option("--watch", "follow it until it ends")
    .action(async (flags: StartFlags & { watch?: true }, command: Command) => {
      const session = await openSession(command);
      const loop = await session.api.loops.create(await toLoopRequest(flags, session.api));
      if (flags.watch) return follow(loop, session);
      session.output.print(loop, `loop ${loop.id}\nwatch it with: whetstone loop watch ${loop.id}`);
    });
}

function methodsCommand(): Command {
  return new Command("methods")
    .description(
      "the published methods there are; with --json, every parameter with its default and where that is from",
    )
    .action(async (_flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const { data } = await api.methods.list();
      output.print(data, tabulateMethods(data));
    });
}

function listCommand(): Command {
  return pageFlags(new Command("list").description("loops, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.loops.list(flags);
      output.print(page, tabulateLoops(page.data));
    },
  );
}

function showCommand(): Command {
  return new Command("show")
    .description("a loop and its last 100 iterations")
    .argument("<loop>")
    .action(async (id: string, _flags: unknown, command: Command) => show(id, await openSession(command)));
}

function watchCommand(): Command {
  return new Command("watch")
    .description("follow a loop until it ends; with --json, one event a line")
    .argument("<loop>")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const session = await openSession(command);
      await follow(await session.api.loops.get(id), session);
    });
}

function compareCommand(): Command {
  return new Command("compare")
    .description("loops side by side, and their models on the queries both were asked")
    .argument("<loop...>")
    .action(async (ids: string[], _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const comparison = await api.loops.compare(ids);
      output.print(comparison, describeComparison(comparison));
    });
}

interface ForkFlags {
  iteration: number;
  name?: string;
  iterations?: number;
  seed?: number;
  set?: string[];
}

function forkCommand(): Command {
  return new Command("fork")
    .description("a new loop that begins with what an iteration left")
    .argument("<loop>")
    .requiredOption("--iteration <n>", "from this one", toCount)
    .option("--name <name>", "of the new loop")
    .option("--iterations <n>", "rounds", toCount)
    .option("--seed <n>", "another seed", toCount)
    .option("--set <name=value>", "the method's parameters anew; may be given again", collect)
    .action(async (id: string, { set, ...flags }: ForkFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const body = { ...flags, ...(set === undefined ? {} : { parameters: toValues(set, "--set") }) };
      const loop = await api.loops.fork(id, body);
      output.print(loop, `loop ${loop.id}`);
    });
}

function deed(name: "pause" | "resume" | "cancel" | "rollback", description: string): Command {
  return new Command(name)
    .description(description)
    .argument("<loop>")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const loop = await api.loops[name](id);
      output.print(loop, `loop ${loop.id}: ${loop.status}, promoted: iteration ${loop.promoted}`);
    });
}

function promoteCommand(): Command {
  return new Command("promote")
    .description("make an iteration's weights the loop's model; of a loop that is paused or over")
    .argument("<loop>")
    .requiredOption("--iteration <n>", "its number", toCount)
    .action(async (id: string, { iteration }: { iteration: number }, command: Command) => {
      const { api, output } = await openSession(command);
      const loop = await api.loops.promote(id, iteration);
      output.print(loop, `loop ${loop.id}: ${loop.status}, promoted: iteration ${loop.promoted}`);
    });
}

async function follow(loop: Loop, session: Session): Promise<void> {
  const ended = await watchLoop(loop, session);
  if (!session.output.isJson) await show(loop.id, session);
  if (ended.status === "failed") throw new CliError(`loop ${loop.id} failed: ${ended.reason ?? "see its run"}`);
}

async function show(id: string, { api, output }: Session): Promise<void> {
  const [loop, turns] = await Promise.all([api.loops.get(id), api.loops.iterations(id, { limit: 100 })]);
  const inOrder = turns.data.toReversed();
  output.print({ ...loop, iterations: inOrder }, describeLoop(loop, inOrder));
}
