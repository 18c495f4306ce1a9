import { z } from "zod";
import { Id } from "./ids.ts";

/** A letter a task: waiting, leased, succeeded, failed, cancelled; in capitals once an attempt had been in vain. */
export const taskLetters = {
  w: "queued",
  l: "leased",
  s: "succeeded",
  f: "failed",
  c: "cancelled",
} as const;

/** Every task of a run at a glance: a hundred thousand are a hundred thousand letters. */
export const TaskMap = z
  .object({
    object: z.literal("run.task_map"),
    runId: Id("run"),
    taskCount: z.int().meta({ description: "of all waves; tasks beyond the letters are not planned yet and wait" }),
    letters: z
      .string()
      .regex(/^[wlsfcWLSFC]*$/)
      .meta({
        description:
          "in the order of the tasks: w waiting, l leased, s succeeded, f failed, c cancelled; a capital where an attempt was in vain",
      }),
  })
  .meta({ id: "TaskMap" });
export type TaskMap = z.infer<typeof TaskMap>;

/** What went wrong in a run, by error code. */
export const RunFailures = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        code: z.string(),
        failedTasks: z.int().meta({ description: "tasks that ended with it" }),
        retriedAttempts: z.int().meta({ description: "attempts that ended with it and were tried again" }),
        message: z.string().meta({ description: "of one of them" }),
        examples: z.array(z.int()).meta({ description: "indexes of the first tasks it struck" }),
      }),
    ),
  })
  .meta({ id: "RunFailures" });
export type RunFailures = z.infer<typeof RunFailures>;
