import { z } from "zod";
import { EvaluationScores } from "./evaluation-scores.ts";
import { EvaluationTask } from "./evaluation-tasks.ts";
import { Id } from "./ids.ts";
import { RunStatus } from "./runs.ts";
import { StreamEntry } from "./streams.ts";

export const Evaluation = z
  .object({
    id: Id("evaluation"),
    object: z.literal("evaluation"),
    runId: Id("run"),
    modelId: Id("model"),
    versionId: Id("version"),
    status: RunStatus,
    tasks: z.array(EvaluationTask),
    scores: z.array(EvaluationScores).nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Evaluation" });
export type Evaluation = z.infer<typeof Evaluation>;

export const CreateEvaluation = z
  .object({
    modelId: Id("model"),
    versionId: Id("version"),
    tasks: z
      .array(EvaluationTask)
      .min(1)
      .max(10)
      .prefault([{ type: "zero-shot-classification" }]),
    trainVersionId: Id("version").optional(),
    name: z.string().max(200).optional(),
    /** A stream to write the main figure of the first task into. */
    stream: StreamEntry.optional(),
  })
  .meta({ id: "CreateEvaluation" });
export type CreateEvaluation = z.infer<typeof CreateEvaluation>;
