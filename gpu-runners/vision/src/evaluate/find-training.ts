import type { Vectors } from "../vectors.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { failure } from "./failure.ts";
import { findClasses, type Labelled } from "./find-classes.ts";
import { pickVectors, selectSamples } from "./select-samples.ts";

interface Side {
  images: Vectors;
  labelled: Labelled;
}
interface Options {
  split: string;
  trainSplit: string;
  classNames?: string[] | undefined;
}

/** What is learnt from and what is judged: two splits of the version, or all of another version and all of this one. */
export function findTraining(
  { corpus, train, benchmark }: EvaluationContext,
  { split, trainSplit, classNames }: Options,
): { train: Side; test: Side } {
  const from = train ?? corpus;
  const trainRows = selectSamples(from, train ? undefined : trainSplit);
  const testRows = selectSamples(corpus, train ? undefined : split);
  const labels = new Set(
    [
      ...trainRows.map((row) => from.samples[row]?.label ?? null),
      ...testRows.map((row) => corpus.samples[row]?.label ?? null),
    ].filter((label) => label !== null),
  );
  const hasNames = classNames !== undefined || (benchmark?.classNames.length ?? 0) > 0;
  const names = classNames ?? (hasNames || labels.size === 0 ? undefined : [...labels].toSorted());
  const learnt = findClasses(from, { classNames: names, benchmark, rows: trainRows });
  if (new Set(learnt.truths).size < 2)
    throw failure(
      "train_samples_missing",
      "the samples to learn from are all of one class; give a training split or version with at least two",
    );
  const judged = findClasses(corpus, { classNames: names, benchmark, rows: testRows });
  return {
    train: { images: pickVectors(from.images, learnt.rows), labelled: learnt },
    test: { images: pickVectors(corpus.images, judged.rows), labelled: judged },
  };
}
