import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TaskError } from "@whetstone/runtime";

/** A prompt file and the SHA-256 of its bytes. */
export type Prompt = { hash: string; fill(text: string): string };

export async function readPrompt(folder: string, name: string): Promise<Prompt> {
  const names = (await readdir(folder)).filter((file) => file.endsWith(".md")).map((file) => file.slice(0, -3));
  if (!names.includes(name)) {
    throw new TaskError(
      "prompt_unknown",
      `there is no prompt ${JSON.stringify(name)}; the refiner has ${names.toSorted().join(", ")}`,
      { fate: "final" },
    );
  }
  const bytes = await readFile(join(folder, `${name}.md`));
  const template = bytes.toString("utf8").trim();
  return {
    hash: createHash("sha256").update(bytes).digest("hex"),
    // Quoted as JSON, so that alt-text can't pass for a part of the prompt.
    fill: (text) => template.replaceAll("{text}", () => JSON.stringify(text)),
  };
}
