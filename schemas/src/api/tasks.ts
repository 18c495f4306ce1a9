import { z } from "zod";
import { Id } from "./ids.ts";
import { Progress } from "./runs.ts";

export const taskStatuses = ["queued", "leased", "succeeded", "failed", "cancelled"] as const;
export const TaskStatus = z.enum(taskStatuses);
export type TaskStatus = z.infer<typeof TaskStatus>;

export const Task = z
  .object({
    id: Id("task"),
    object: z.literal("task"),
    runId: Id("run"),
    kind: z.string(),
    index: z.int(),
    status: TaskStatus,
    attempt: z.int(),
    maxAttempts: z.int(),
    runnerId: z.string().nullable(),
    leaseExpiresAt: z.iso.datetime().nullable(),
    progress: Progress.nullable(),
    counts: z.record(z.string(), z.number()),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Task" });
export type Task = z.infer<typeof Task>;
