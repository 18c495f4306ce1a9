import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ModelPackage, packageFiles } from "@whetstone/schemas/api";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { measureFile } from "../pack.ts";
import { createProgressBar } from "../progress.ts";
import { openSession } from "../session.ts";
import { uploadFile } from "../upload-file.ts";

export function modelPushCommand(): Command {
  return new Command("push")
    .description(`register a model package: a folder with ${packageFiles.join(", ")}`)
    .argument("<folder>")
    .option("--name <name>", "of the model (default: the one in model.json)")
    .action(async (path: string, flags: { name?: string }, command: Command) => {
      const folder = resolve(path);
      const described = await readPackage(folder);
      const { api, output } = await openSession(command);
      const files: { name: (typeof packageFiles)[number]; uploadId: string }[] = [];
      for (const name of packageFiles) {
        const bar = createProgressBar(`upload ${name}`);
        const upload = await uploadFile(await measureFile(join(folder, name)), { api, bar }).finally(() => bar.end());
        files.push({ name, uploadId: upload.id });
      }
      const model = await api.models.create({ name: flags.name ?? described.name, files });
      output.print(model, `model ${model.id} (${model.name} ${model.number})`);
    });
}

async function readPackage(folder: string): Promise<ModelPackage> {
  const path = join(folder, "model.json");
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(`${path} can't be read`, { cause, exitCode: 2 });
  });
  try {
    return ModelPackage.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : "it is not JSON";
    throw new CliError(`${path} is no model description: ${why}`, { cause, exitCode: 2 });
  }
}
