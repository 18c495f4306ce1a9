import { readFile } from "node:fs/promises";
import { EvaluationTask, type EvaluationScores } from "@whetstone/schemas/api";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { collect } from "../flags.ts";
import { formatTable } from "../output.ts";
import { openSession } from "../session.ts";
import { type StreamFlags, toStreamEntry } from "../streams/stream-flags.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";

const types = ["zero-shot-classification", "retrieval", "text-scores"];

interface Flags extends StreamFlags {
  on: string;
  task?: string[];
  template?: string[];
  classes?: string;
  name?: string;
  detach?: true;
}

export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("judge a model on a version")
    .argument("<model>", "mdl_...")
    .requiredOption("--on <version>", "dsv_...")
    .option("--task <type>", `${types.join(", ")}; may be given again`, collect)
    .option("--template <text>", "of zero-shot prompts, {} stands for the class; may be given again", collect)
    .option("--classes <file>", "class names to choose among, one a line (default: the version's labels)")
    .option("--name <text>", "to find it by")
    .option("--stream <id>", "write the main figure into this stream's evaluation block")
    .option("--lifetime <name>", "of the stream (default: main)")
    .option("--stream-task <name>", "the task evaluated, as the stream calls it")
    .option("--detach", "print the evaluation and leave it to itself")
    .action(async (modelId: string, flags: Flags, command: Command) => {
      const tasks = toTasks(flags, flags.classes === undefined ? undefined : await readClasses(flags.classes));
      const { api, output } = await openSession(command);
      const started = await api.evaluations.create({
        modelId,
        versionId: flags.on,
        tasks,
        ...(flags.name ? { name: flags.name } : {}),
        ...toStreamEntry(flags),
      });
      if (flags.detach) return output.print(started, `evaluation ${started.id}, run ${started.runId}`);
      expectSuccess(await watchRun(await api.runs.get(started.runId), { api, output }));
      const evaluation = await api.evaluations.get(started.id);
      output.print(
        evaluation,
        [`evaluation ${evaluation.id}`, ...(evaluation.scores ?? []).map(describeScores)].join("\n\n"),
      );
    });
}

function toTasks(
  { task = ["zero-shot-classification"], template }: Flags,
  classNames: string[] | undefined,
): EvaluationTask[] {
  const options = { ...(template ? { templates: template } : {}), ...(classNames ? { classNames } : {}) };
  return task.map((type) => {
    const parsed = EvaluationTask.safeParse({ type, ...(type === "zero-shot-classification" ? options : {}) });
    if (parsed.success) return parsed.data;
    if (!types.includes(type))
      throw new CliError(`--task ${type} is not known; choose of ${types.join(", ")}`, { exitCode: 2 });
    throw new CliError(z.prettifyError(parsed.error), { exitCode: 2 });
  });
}

async function readClasses(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(`${path} can't be read`, { cause, exitCode: 2 });
  });
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

function describeScores(scores: EvaluationScores): string {
  const rows = flatten(scores).map(([name, value]) => [name, value]);
  return formatTable([[scores.type, ""], ...rows]);
}

/** Every number of the scores by its path, such as `textToImage.r1`. */
function flatten(value: object, path = ""): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]): [string, string][] => {
    const here = path === "" ? name : `${path}.${name}`;
    if (typeof inner === "number") return [[here, Number.isInteger(inner) ? String(inner) : inner.toFixed(4)]];
    return typeof inner === "object" && inner !== null ? flatten(inner, here) : [];
  });
}
