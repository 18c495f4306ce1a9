import { calibrate } from "./calibrate.ts";
import { classify, embedClasses, type Verdicts } from "./classify.ts";
import type { EvaluationContext, Prediction, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { findClasses, type Labelled, templatesOf } from "./find-classes.ts";
import { scoreClassification } from "./score-classification.ts";
import { scoreGroups, worstGroupIntervals } from "./score-groups.ts";
import { fieldAt, metadataOf, pickVectors, selectSamples } from "./select-samples.ts";

/** Which class name goes best with an image? Samples without a label, or with one that is not among the classes, are left out. */
export async function zeroShotClassification(
  { model, corpus, benchmark, seed }: EvaluationContext,
  { templates, classNames, split, groupField, ignoreGroups }: TaskOf<"zero-shot-classification">,
): Promise<TaskOutcome> {
  const labelled = findClasses(corpus, { classNames, benchmark, rows: selectSamples(corpus, split) });
  const { classes, rows, truths, skippedCount } = labelled;
  const { logitScale } = model;

  const images = pickVectors(corpus.images, rows);
  const texts = await embedClasses(classes, templatesOf(templates, benchmark), model.embedTexts);
  const verdicts = await classify(images, texts, { truths, logitScale });
  const { scores, ...tables } = scoreClassification(verdicts, { truths, classes, skippedCount, seed });
  const groupOf = (i: number) => {
    const sample = corpus.samples[rows[i] ?? -1];
    const group = sample && fieldAt(metadataOf(sample), groupField);
    return typeof group === "string" || typeof group === "number" ? String(group) : null;
  };

  return {
    scores: {
      type: "zero-shot-classification",
      ...scores,
      intervals: { ...scores.intervals, ...worstGroupIntervals(verdicts, { groupOf, ignored: ignoreGroups, seed }) },
      groups: scoreGroups(verdicts, {
        field: groupField,
        groupOf,
        ignored: ignoreGroups,
        hasTop5: classes.length >= 5,
      }),
      calibration: calibrate(verdicts.confidences, { isRight: (i) => verdicts.ranks[i] === 1, logitScale }),
    },
    predictions: toPredictions(verdicts, labelled, (row) => corpus.samples[row]?.uid ?? ""),
    ...tables,
  };
}

export function toPredictions(
  { predicted, ranks }: Pick<Verdicts, "predicted" | "ranks">,
  { classes, rows, truths }: Labelled,
  uidOf: (row: number) => string,
): Prediction[] {
  return rows.map((row, i) => ({
    part: "",
    uid: uidOf(row),
    unit: "",
    label: classes[truths[i] ?? -1] ?? "",
    predicted: classes[predicted[i] ?? -1] ?? "",
    rank: ranks[i] ?? 0,
    correct: ranks[i] === 1 ? 1 : 0,
  }));
}
