import type { Benchmark } from "./datasets.ts";

/** CLIP_benchmark's text files about a whole set, which belong to no sample. */
export const benchmarkFiles = [
  "classnames.txt",
  "zeroshot_classification_templates.txt",
  "dataset_type.txt",
  "nshards.txt",
] as const;
export type BenchmarkFile = (typeof benchmarkFiles)[number];

/** What such a file says; its templates' `{c}` becomes our `{}`. */
export function parseBenchmarkFile(name: BenchmarkFile, text: string): Partial<Benchmark> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === "") lines.pop();
  switch (name) {
    case "classnames.txt":
      // An empty line in the middle is a class all the same: the indexes count it.
      return { classNames: lines.map((line, index) => line.slice(0, 300) || `class ${index}`) };
    case "dataset_type.txt":
      return { type: toType(lines[0]) };
    case "nshards.txt":
      return {};
    case "zeroshot_classification_templates.txt":
      return {
        templates: lines
          .map((line) => line.replaceAll("{c}", "{}"))
          .filter((line) => line.includes("{}") && line.length <= 300)
          .slice(0, 200),
      };
  }
}

function toType(line: string | undefined): Benchmark["type"] {
  const type = line?.toLowerCase();
  return type === "retrieval" || type === "multilabel" ? type : "classification";
}
