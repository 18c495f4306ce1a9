import { averagePrecisions } from "./average-precision.ts";
import { embedClasses } from "./classify.ts";
import type { EvaluationContext, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { failure } from "./failure.ts";
import { templatesOf } from "./find-classes.ts";
import { metadataOf, pickVectors, selectSamples } from "./select-samples.ts";

const maxRows = 100;

/** Mean average precision over classes. A sample with an empty list of labels is an image that has none of the classes. */
export async function multiLabelClassification(
  { model, corpus, benchmark, seed }: EvaluationContext,
  { templates, classNames, split }: TaskOf<"multi-label-classification">,
): Promise<TaskOutcome> {
  const selected = selectSamples(corpus, split);
  const labelsOf = new Map(
    selected.flatMap((row) => {
      const sample = corpus.samples[row];
      const labels = sample && metadataOf(sample)["labels"];
      return Array.isArray(labels) ? [[row, labels.map(String)] as const] : [];
    }),
  );
  if (labelsOf.size === 0)
    throw failure(
      "labels_missing",
      "no sample has a list of labels in its metadata (`labels`); for one label a sample use zero-shot-classification",
    );
  const classes =
    classNames ?? namesOf(benchmark?.classNames) ?? [...new Set([...labelsOf.values()].flat())].toSorted();
  if (classes.length < 2)
    throw failure("too_few_classes", `the labels name ${classes.length} class; at least two are needed`);
  const classOf = new Map(classes.map((name, id) => [name, id]));
  // A sample whose labels are all unknown says nothing about these classes.
  const rows = [...labelsOf].flatMap(([row, labels]) =>
    labels.length === 0 || labels.some((name) => classOf.has(name)) ? [row] : [],
  );
  const positives: number[][] = classes.map(() => []);
  rows.forEach((row, i) => {
    for (const id of new Set((labelsOf.get(row) ?? []).flatMap((name) => classOf.get(name) ?? [])))
      positives[id]?.push(i);
  });
  if (positives.every((own) => own.length === 0))
    throw failure(
      "labels_missing",
      `no sample has one of the ${classes.length} classes among its labels (the first class is ${JSON.stringify(classes[0])})`,
    );

  const texts = await embedClasses(classes, templatesOf(templates, benchmark), model.embedTexts);
  const precisions = await averagePrecisions(texts, pickVectors(corpus.images, rows), { positives, seed });
  const table = classes.map((name, id) => ({
    name,
    count: positives[id]?.length ?? 0,
    averagePrecision: precisions.values[id] ?? 0,
  }));
  const filled = table.filter(({ count }) => count > 0);
  return {
    scores: {
      type: "multi-label-classification",
      sampleCount: rows.length,
      main: { metric: "meanAveragePrecision", value: precisions.mean },
      intervals: precisions.interval ? { meanAveragePrecision: precisions.interval } : {},
      classCount: classes.length,
      emptyClassCount: table.length - filled.length,
      skippedCount: selected.length - rows.length,
      meanAveragePrecision: precisions.mean,
      classes: filled.toSorted((a, b) => a.averagePrecision - b.averagePrecision).slice(0, maxRows),
    },
    classes: table,
  };
}

function namesOf(names: string[] | undefined): string[] | undefined {
  return names && names.length > 0 ? names : undefined;
}
