import { z } from "zod";
import { Label } from "../api/runners.ts";
import { Progress } from "../api/runs.ts";
import { TaskNote } from "../api/training-curve.ts";
import { FileName, LentFile, OutputFile } from "./files.ts";
import { taskKinds } from "./kinds.ts";

/** Seconds a lease lasts without a heartbeat, and how often a runner should send one. */
export const leaseSeconds = 30;
export const heartbeatSeconds = 8;
/** The longest a claim is held open. */
export const maxClaimWaitMs = 20_000;

export const RegisterRunner = z
  .object({
    name: z.string().min(1).max(100),
    kinds: z.array(z.enum(taskKinds)).min(1),
    labels: z.array(Label).max(100).default([]),
    codeVersion: z.string().max(100).default("unknown"),
  })
  .meta({ id: "RegisterRunner" });
export type RegisterRunner = z.infer<typeof RegisterRunner>;
export const RegisteredRunner = z
  .object({ runnerId: z.string(), leaseSeconds: z.int(), heartbeatSeconds: z.int() })
  .meta({ id: "RegisteredRunner" });
export type RegisteredRunner = z.infer<typeof RegisteredRunner>;

/** `kind` may be given several times. */
export const BacklogQuery = z.object({
  kind: z.preprocess((kinds) => [kinds].flat(), z.array(z.enum(taskKinds)).min(1).max(taskKinds.length)),
});
export const Backlog = z
  .object({ open: z.int().meta({ description: "tasks queued or leased, counted up to 10,000" }) })
  .meta({ id: "Backlog" });

export const ClaimTasks = z
  .object({
    runnerId: z.string().max(80),
    max: z.int().min(1).max(64).default(1),
    waitMs: z.int().min(0).max(maxClaimWaitMs).default(0),
  })
  .meta({ id: "ClaimTasks" });
export type ClaimTasks = z.infer<typeof ClaimTasks>;

/** Names one attempt at one task. Every later word about it must carry all three. */
export const Lease = z.object({ taskId: z.string().max(80), attempt: z.int().min(1), lease: z.string().max(80) });
export type Lease = z.infer<typeof Lease>;

/** A checkpoint a task left behind for its next attempt: a file uploaded under the attempt's prefix. */
export const Checkpoint = OutputFile.extend({ progress: Progress.nullable() });
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A task as it is lent. `params` is checked against its kind's schema by the runner. */
export const LentTask = Lease.extend({
  runId: z.string(),
  kind: z.enum(taskKinds),
  params: z.record(z.string(), z.unknown()),
  leaseExpiresAt: z.iso.datetime(),
  inputs: z.array(LentFile),
  /** More inputs than these: page on with `POST /v1/runner/inputs`. */
  hasMoreInputs: z.boolean(),
  checkpoint: LentFile.nullable(),
}).meta({ id: "LentTask" });
export type LentTask = z.infer<typeof LentTask>;
export const ClaimedTasks = z.object({ tasks: z.array(LentTask) }).meta({ id: "ClaimedTasks" });
export type ClaimedTasks = z.infer<typeof ClaimedTasks>;

export const TaskInputsQuery = Lease.extend({
  after: FileName.optional(),
  limit: z.int().min(1).max(1000).default(200),
}).meta({ id: "TaskInputsQuery" });
export type TaskInputsQuery = z.infer<typeof TaskInputsQuery>;
export const TaskInputs = z
  .object({ inputs: z.array(LentFile), hasMoreInputs: z.boolean() })
  .meta({ id: "TaskInputs" });
export type TaskInputs = z.infer<typeof TaskInputs>;

/** Notes of one attempt, `number` counting up from 1: one sent again, because its answer was lost, is told once. */
export const NumberedNote = z.object({ number: z.int().min(1), note: TaskNote });
export type NumberedNote = z.infer<typeof NumberedNote>;

export const Heartbeat = z
  .object({
    runnerId: z.string().max(80),
    tasks: z
      .array(
        Lease.extend({
          progress: Progress.optional(),
          checkpoint: Checkpoint.optional(),
          notes: z.array(NumberedNote).max(8).optional(),
        }),
      )
      .max(256),
  })
  .meta({ id: "Heartbeat" });
export type Heartbeat = z.infer<typeof Heartbeat>;
/** `held`: go on. `cancelled`: stop, the run was cancelled. `lost`: stop, another attempt owns the task. */
export const HeartbeatAnswer = z
  .object({ tasks: z.array(z.object({ taskId: z.string(), state: z.enum(["held", "cancelled", "lost"]) })) })
  .meta({ id: "HeartbeatAnswer" });
export type HeartbeatAnswer = z.infer<typeof HeartbeatAnswer>;

export const RequestUploads = Lease.extend({ files: z.array(OutputFile).min(1).max(200) }).meta({
  id: "RequestUploads",
});
export type RequestUploads = z.infer<typeof RequestUploads>;
/** PUT the bytes to `url` with exactly these headers: S3 itself checks the SHA-256. */
export const UploadTargets = z
  .object({ files: z.array(z.object({ name: z.string(), url: z.url(), headers: z.record(z.string(), z.string()) })) })
  .meta({ id: "UploadTargets" });
export type UploadTargets = z.infer<typeof UploadTargets>;

export const CompleteTasks = z
  .object({
    runnerId: z.string().max(80),
    tasks: z
      .array(
        Lease.extend({
          result: z.record(z.string(), z.unknown()).meta({ description: "checked against the kind's result schema" }),
          outputs: z.array(OutputFile).max(10_000),
        }),
      )
      .min(1)
      .max(64),
  })
  .meta({ id: "CompleteTasks" });
export type CompleteTasks = z.infer<typeof CompleteTasks>;
/** `accepted`: this attempt's output is the task's output (also when it was accepted before). `stale`: another attempt owns the
 * task, or it is settled; drop the work. `invalid`: result or outputs are not acceptable; `detail` says why; the task was failed or requeued. */
export const CompleteAnswer = z
  .object({
    tasks: z.array(
      z.object({
        taskId: z.string(),
        state: z.enum(["accepted", "stale", "invalid"]),
        code: z.string().optional(),
        detail: z.string().optional(),
      }),
    ),
  })
  .meta({ id: "CompleteAnswer" });
export type CompleteAnswer = z.infer<typeof CompleteAnswer>;

export const FailTasks = z
  .object({
    runnerId: z.string().max(80),
    tasks: z
      .array(
        Lease.extend({
          code: z.string().regex(/^[a-z0-9_]{1,60}$/),
          message: z.string().max(2000),
          /** `retry`: another attempt may do better. `final`: it can't. `release`: this runner is going away; does not count as an attempt. */
          fate: z.enum(["retry", "final", "release"]),
        }),
      )
      .min(1)
      .max(256),
  })
  .meta({ id: "FailTasks" });
export type FailTasks = z.infer<typeof FailTasks>;
export const FailAnswer = z
  .object({ tasks: z.array(z.object({ taskId: z.string(), state: z.enum(["requeued", "failed", "stale"]) })) })
  .meta({ id: "FailAnswer" });
export type FailAnswer = z.infer<typeof FailAnswer>;
