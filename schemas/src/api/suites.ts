import { z } from "zod";
import { EvaluationTask } from "./evaluation-tasks.ts";
import { Id } from "./ids.ts";

export const maxSets = 100;

/** One benchmark set of a suite: a dataset version, what to measure on it, and which figure it is told by. */
const set = {
  name: z.string().trim().min(1).max(100),
  tasks: z
    .array(EvaluationTask)
    .min(1)
    .max(10)
    .prefault([{ type: "zero-shot-classification" }]),
  trainVersionId: Id("version").optional(),
  /** Path of a figure of the first task's scores (`acc1`, `groups.worstAcc1`); by default the task's own. */
  mainMetric: z.string().min(1).max(100).optional(),
  /** Aggregates this set counts in, beside the average of all. */
  groups: z.array(z.string().trim().min(1).max(100)).max(10).default([]),
  /** Key of DataComp's task list, where it is one of those. */
  key: z.string().max(100).optional(),
};
export const EvaluationSet = z.object({ ...set, versionId: Id("version") });
export type EvaluationSet = z.infer<typeof EvaluationSet>;

/** A list of benchmark sets. It never changes: another choice is another suite, so scores of one suite compare. */
export const Suite = z
  .object({
    id: Id("suite"),
    object: z.literal("suite"),
    name: z.string(),
    description: z.string(),
    sets: z.array(EvaluationSet),
    /** `datacomp`: aggregates are DataComp's, over its 38 tasks. `mean`: of each group and of all sets. */
    aggregate: z.enum(["mean", "datacomp"]),
    missing: z
      .array(z.string())
      .meta({ description: "DataComp tasks that no dataset of the workspace is named after" }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Suite" });
export type Suite = z.infer<typeof Suite>;

const SetInput = z
  .object({
    ...set,
    versionId: Id("version").optional(),
    dataset: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: "id or name; its latest version as the suite is made" }),
  })
  .refine((one) => (one.versionId === undefined) !== (one.dataset === undefined), {
    message: "name either versionId or dataset",
    path: ["versionId"],
  });

export const CreateSuite = z
  .object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .regex(/^[\w][\w. -]*$/, "letters, digits, space, dot, dash and underscore only"),
    description: z.string().max(2000).default(""),
    sets: z.array(SetInput).min(1).max(maxSets).optional(),
    datacomp: z
      .boolean()
      .default(false)
      .meta({ description: "take those of DataComp's 38 tasks that datasets of the workspace are named after" }),
  })
  .refine((suite) => suite.datacomp === (suite.sets === undefined), {
    message: "give sets, or datacomp: true and none",
    path: ["sets"],
  })
  .refine((suite) => new Set(suite.sets?.map(({ name }) => name)).size === (suite.sets?.length ?? 0), {
    message: "each set needs a name of its own",
    path: ["sets"],
  })
  .meta({ id: "CreateSuite" });
export type CreateSuite = z.infer<typeof CreateSuite>;
