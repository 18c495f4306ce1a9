import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readBenchmark } from "./read-benchmark.ts";

const folder = mkdtempSync(join(tmpdir(), "benchmark-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("class names, templates and type of a set are read from CLIP_benchmark's files; a folder without them is refused", async () => {
  await expect(readBenchmark(folder)).rejects.toThrow("has none of classnames.txt");
  await expect(readBenchmark(join(folder, "nowhere"))).rejects.toThrow("no folder that can be read");
  writeFileSync(join(folder, "classnames.txt"), "cat\n\ndog\n\n");
  writeFileSync(join(folder, "zeroshot_classification_templates.txt"), "a photo of a {c}.\nno place\n");
  writeFileSync(join(folder, "dataset_type.txt"), "multilabel\n");

  expect(await readBenchmark(folder)).toEqual({
    classNames: ["cat", "class 1", "dog"],
    templates: ["a photo of a {}."],
    type: "multilabel",
  });
});
