import { resolve } from "node:path";
import type { PackageFile } from "@whetstone/schemas/api";
import { Command } from "commander";
import { convertCheckpoint, toHubCheckpoint } from "../model-layouts/convert-checkpoint.ts";
import { readModelFolder, readPackage } from "../model-layouts/read-model-folder.ts";
import { measureFile } from "../pack.ts";
import { createProgressBar } from "../progress.ts";
import { openSession } from "../session.ts";
import { uploadFile } from "../upload-file.ts";

export function modelPushCommand(): Command {
  return new Command("push")
    .description(
      "register a model: a package, a CLIP or SigLIP in transformers.js' ONNX layout, or an open_clip or CLIP checkpoint",
    )
    .argument("<folder>", "or <owner>/<name>@<commit> of the Hugging Face hub")
    .option("--name <name>", "of the model (default: the one in model.json, or the folder's)")
    .action(async (path: string, flags: { name?: string }, command: Command) => {
      const { description, files } = toHubCheckpoint(path)
        ? await readPackage(await convertCheckpoint(path))
        : await readModelFolder(resolve(path));
      const { api, output } = await openSession(command);
      const uploads: { name: PackageFile; uploadId: string }[] = [];
      for (const { name, path: file } of files) {
        const bar = createProgressBar(`upload ${name}`);
        const upload = await uploadFile(await measureFile(file), { api, bar }).finally(() => bar.end());
        uploads.push({ name, uploadId: upload.id });
      }
      const model = await api.models.create({ name: flags.name ?? description.name, files: uploads });
      output.print(model, `model ${model.id} (${model.name} ${model.number})`);
    });
}
