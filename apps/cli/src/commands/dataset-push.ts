import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Dataset } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { Command } from "commander";
import { type BudgetFlag, budgetFlag, toBudget } from "../budget-flag.ts";
import { describeVersion } from "../describe-dataset.ts";
import { CliError } from "../errors.ts";
import { toCount } from "../flags.ts";
import { readBenchmark } from "../read-benchmark.ts";
import { openSession } from "../session.ts";
import { uploadPath } from "../upload-path.ts";
import { expectSuccess, watchRun } from "../watch-run.ts";

interface Flags extends BudgetFlag {
  name: string;
  description: string;
  shardSamples?: number;
  benchmark?: string;
  split?: string;
  tolerateFailed: number;
}

export function datasetPushCommand(): Command {
  const push = new Command("push")
    .description(
      "upload archives (WebDataset tar, ImageFolder tar or zip) or folders and make them the dataset's next version",
    )
    .argument("<path...>", "archives or folders")
    .requiredOption("--name <name>", "the dataset; made if there is none of this name")
    .option("--description <text>", "of a new dataset", "")
    .option("--shard-samples <n>", "most samples a shard", toCount)
    .option("--benchmark <folder>", "with classnames.txt and the like, for shards of a set pushed without them")
    .option("--split <name>", "of the samples that tell none, test for one")
    .option("--tolerate-failed <n>", "archives that may fail", toCount, 0)
    .action((paths: string[], flags: Flags, command: Command) => pushPaths({ paths, flags, command }));
  return budgetFlag(push);
}

async function pushPaths({
  paths,
  flags,
  command,
}: {
  paths: string[];
  flags: Flags;
  command: Command;
}): Promise<void> {
  const options = {
    ...(flags.shardSamples === undefined ? {} : { maxShardSamples: flags.shardSamples }),
    ...(flags.split === undefined ? {} : { split: flags.split }),
    ...(flags.benchmark === undefined ? {} : { benchmark: await readBenchmark(flags.benchmark) }),
  };
  const budget = toBudget(flags);
  const { api, output } = await openSession(command);
  const scratch = await mkdtemp(join(tmpdir(), "whetstone-push-"));
  try {
    const uploadIds: string[] = [];
    for (const path of paths) uploadIds.push(await uploadPath(resolve(path), { api, scratch }));
    const dataset = await findOrCreate(api, flags);
    const run = await api.runs.create({
      kind: "ingest",
      datasetId: dataset.id,
      uploadIds,
      options,
      tolerateFailedTasks: flags.tolerateFailed,
      ...budget,
    });
    const settled = expectSuccess(await watchRun(run, { api, output }));
    if (!settled.output.versionId) throw new CliError(`run ${run.id} made no version`);
    const version = await api.versions.get(settled.output.versionId);
    output.print({ dataset, version, run: settled }, describeVersion(version, dataset));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function findOrCreate(api: Client, { name, description }: Flags): Promise<Dataset> {
  for (let after: string | undefined; ;) {
    const page = await api.datasets.list({ limit: 100, ...(after ? { after } : {}) });
    const found = page.data.find((dataset) => dataset.name === name);
    if (found) return found;
    if (!page.has_more || page.last_id === null) return api.datasets.create({ name, description });
    after = page.last_id;
  }
}
