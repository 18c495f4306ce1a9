import { type Benchmark, defaultTemplates } from "@whetstone/schemas/api";
import type { Corpus } from "../embed-corpus.ts";
import { failure } from "./failure.ts";
import { metadataOf } from "./select-samples.ts";

/** Classes, and the samples whose class is known: `truths[i]` is the class of sample `rows[i]`. */
export interface Labelled {
  classes: string[];
  rows: number[];
  truths: number[];
  skippedCount: number;
}
interface Options {
  classNames: string[] | undefined;
  benchmark: Benchmark | null;
  rows: readonly number[];
}

export function templatesOf(templates: string[] | undefined, benchmark: Benchmark | null): string[] {
  if (templates) return templates;
  return benchmark && benchmark.templates.length > 0 ? benchmark.templates : [...defaultTemplates];
}

/** Class names given, else those of the version, else the distinct labels, sorted. */
export function findClasses(corpus: Corpus, { classNames, benchmark, rows }: Options): Labelled {
  const classes = classNames ?? namesOf(benchmark) ?? distinctLabels(corpus, rows);
  if (classes.length < 2)
    throw failure(
      "too_few_classes",
      `the version has the one label ${JSON.stringify(classes[0])}; give classNames or a version with more`,
    );
  // Only the version's own names stand in the order that its class indexes mean.
  const hasIndexes = classNames === undefined && namesOf(benchmark) !== undefined;
  const classOf = new Map<string, number>();
  const twice = new Set<string>();
  classes.forEach((name, id) => (classOf.has(name) ? twice.add(name) : classOf.set(name, id)));

  const labelled: Labelled = { classes, rows: [], truths: [], skippedCount: 0 };
  for (const row of rows) {
    const label = corpus.samples[row]?.label ?? null;
    const index = label === null || !hasIndexes ? undefined : classIndex(corpus, { row, count: classes.length });
    if (label !== null && index === undefined && twice.has(label))
      throw failure(
        "classes_ambiguous",
        `two classes are named ${JSON.stringify(label)} and the samples have no class_index in their metadata; give each class a name of its own`,
      );
    const truth = index ?? (label === null ? undefined : classOf.get(label));
    if (truth === undefined) {
      labelled.skippedCount++;
      continue;
    }
    labelled.rows.push(row);
    labelled.truths.push(truth);
  }
  if (labelled.rows.length === 0)
    throw failure(
      "labels_missing",
      `none of ${rows.length} samples has one of the ${classes.length} classes as its label (the first class is ${JSON.stringify(classes[0])}); check classNames against the labels`,
    );
  return labelled;
}

function distinctLabels({ samples }: Corpus, rows: readonly number[]): string[] {
  const labels = new Set(rows.flatMap((row) => samples[row]?.label ?? []));
  if (labels.size > 0) return [...labels].toSorted();
  throw failure("labels_missing", "no sample of the version has a label, so there is nothing to classify against");
}

function namesOf(benchmark: Benchmark | null): string[] | undefined {
  return benchmark && benchmark.classNames.length > 0 ? benchmark.classNames : undefined;
}

function classIndex({ samples }: Corpus, { row, count }: { row: number; count: number }): number | undefined {
  const sample = samples[row];
  const index = sample && metadataOf(sample)["class_index"];
  return typeof index === "number" && Number.isInteger(index) && index >= 0 && index < count ? index : undefined;
}
