import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Benchmark, benchmarkFiles, parseBenchmarkFile } from "@whetstone/schemas/api";
import { z } from "zod";
import { CliError } from "./errors.ts";

/** What the text files of CLIP_benchmark's layout in `folder` say of a set. */
export async function readBenchmark(folder: string): Promise<Partial<Benchmark>> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new CliError(`--benchmark ${folder} is no folder that can be read`, { cause, exitCode: 2 });
  });
  const said: Partial<Benchmark> = {};
  for (const name of benchmarkFiles) {
    if (!names.includes(name)) continue;
    Object.assign(said, parseBenchmarkFile(name, await readFile(join(folder, name), "utf8")));
  }
  if (Object.keys(said).length === 0)
    throw new CliError(`--benchmark ${folder} has none of ${benchmarkFiles.slice(0, 3).join(", ")}`, { exitCode: 2 });
  const parsed = Benchmark.partial().safeParse(said);
  if (parsed.success) return parsed.data;
  throw new CliError(`--benchmark ${folder}: ${z.prettifyError(parsed.error)}`, { exitCode: 2 });
}
