import { posix } from "node:path";
import type { Benchmark } from "@whetstone/schemas/api";
import { type Member, readMember } from "./archive-member.ts";

const maxBytes = 4 * 1024 ** 2;
const names = new Set(["classnames.txt", "zeroshot_classification_templates.txt", "dataset_type.txt", "nshards.txt"]);

/** CLIP_benchmark's text files about a whole set, which belong to no sample. */
export function isBenchmarkFile({ path, sizeBytes }: Member): boolean {
  return names.has(posix.basename(path)) && sizeBytes <= maxBytes;
}

/** What the file says; its templates' `{c}` becomes our `{}`. */
export async function readBenchmarkFile(member: Member): Promise<Partial<Benchmark>> {
  const lines = (await readMember(member))
    .toString("utf8")
    .split(/\r?\n/)
    .map((line) => line.trim());
  while (lines.at(-1) === "") lines.pop();
  const name = posix.basename(member.path);
  // An empty line in the middle is a class all the same: the indexes count it.
  if (name === "classnames.txt")
    return { classNames: lines.map((line, index) => line.slice(0, 300) || `class ${index}`) };
  if (name === "dataset_type.txt") return { type: toType(lines[0]) };
  if (name === "nshards.txt") return {};
  return {
    templates: lines
      .map((line) => line.replaceAll("{c}", "{}"))
      .filter((line) => line.includes("{}") && line.length <= 300)
      .slice(0, 200),
  };
}

/** One description of what several sources say; null where they say nothing. */
export function toBenchmark(found: Partial<Benchmark>): Benchmark | null {
  if (Object.keys(found).length === 0) return null;
  return { type: found.type ?? "classification", classNames: found.classNames ?? [], templates: found.templates ?? [] };
}

function toType(line: string | undefined): Benchmark["type"] {
  const type = line?.toLowerCase();
  return type === "retrieval" || type === "multilabel" ? type : "classification";
}
