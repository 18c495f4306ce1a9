import { TaskError } from "@whetstone/runtime";

/** Why an evaluation can't be done with this data, whoever tries. */
export type EvaluationErrorCode =
  | "version_empty"
  | "refined_missing"
  | "split_missing"
  | "labels_missing"
  | "too_few_classes"
  | "classes_ambiguous"
  | "train_samples_missing"
  | "negatives_missing"
  | "associations_missing"
  | "tags_missing";

export function failure(code: EvaluationErrorCode, message: string): TaskError {
  return new TaskError(code, message, { fate: "final" });
}
