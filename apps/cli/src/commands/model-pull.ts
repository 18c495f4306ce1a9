import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ModelDownload } from "@whetstone/schemas/api";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { createProgressBar } from "../progress.ts";
import { openSession } from "../session.ts";

type File = ModelDownload["data"][number];

export function modelPullCommand(): Command {
  return new Command("pull")
    .description("download a model's package")
    .argument("<model>", "mdl_...")
    .option("--to <folder>", "where to (default: a folder named after the model)")
    .action(async (id: string, flags: { to?: string }, command: Command) => {
      const { api, output } = await openSession(command);
      const model = await api.models.get(id);
      const folder = resolve(flags.to ?? `${model.name.replaceAll(/[^\w.-]+/g, "-")}-${model.number}`);
      await mkdir(folder, { recursive: true });
      const { data } = await api.models.files(id);
      const total = data.reduce((sum, file) => sum + file.sizeBytes, 0);
      const bar = createProgressBar(`pull ${model.name}`);
      let done = 0;
      const onBytes = (count: number): void => bar.update({ done: (done += count), total, unit: "bytes" });
      for (const file of data) await download(file, { folder, onBytes });
      bar.end();
      output.print({ model, folder }, `${model.name} is in ${folder}`);
    });
}

/** Writes beside the target and renames, so that no half file carries the name of a whole one. */
async function download(
  file: File,
  { folder, onBytes }: { folder: string; onBytes: (count: number) => void },
): Promise<void> {
  const response = await fetch(file.url, { signal: AbortSignal.timeout(30 * 60_000) });
  if (!response.ok || !response.body)
    throw new CliError(`${file.name}: the storage answered ${response.status}`, { hint: "try again" });
  const partial = join(folder, `${file.name}.partial`);
  const hash = createHash("sha256");
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), measure, createWriteStream(partial));
  if (hash.digest("hex") !== file.sha256) {
    await rm(partial, { force: true });
    throw new CliError(`${file.name} arrived damaged: its SHA-256 is not the registered one`, { hint: "try again" });
  }
  await rename(partial, join(folder, file.name));
}
