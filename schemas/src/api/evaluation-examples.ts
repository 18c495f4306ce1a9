import { z } from "zod";
import { Sample } from "./datasets.ts";
import { Id } from "./ids.ts";

export const ExamplesQuery = z.object({
  set: z.string().max(200).optional().meta({ description: "name of the set; the first by default" }),
  task: z.coerce.number().int().min(0).default(0).meta({ description: "place among the set's tasks" }),
  part: z.string().max(50).default("").meta({ description: "half of a retrieval" }),
  label: z.string().max(1000).optional().meta({ description: "of this true class alone" }),
  predicted: z.string().max(1000).optional().meta({ description: "taken for this class alone" }),
  limit: z.coerce.number().int().min(1).max(48).default(24),
});
export type ExamplesQuery = z.infer<typeof ExamplesQuery>;

/** What a model got wrong on a set, the worst first, with the samples. */
export const EvaluationExamples = z
  .object({
    object: z.literal("list"),
    set: z.string(),
    versionId: Id("version"),
    wrongCount: z.int().meta({ description: "of all that was asked for, shown or not" }),
    data: z.array(
      z.object({
        uid: z.string(),
        unit: z.string(),
        label: z.string(),
        predicted: z.string(),
        rank: z.int().meta({ description: "place of what is right; 0 where it was not among those looked at" }),
        correct: z.number(),
        sample: Sample.nullable().meta({ description: "null where the version's first shards don't hold it" }),
      }),
    ),
  })
  .meta({ id: "EvaluationExamples" });
export type EvaluationExamples = z.infer<typeof EvaluationExamples>;
