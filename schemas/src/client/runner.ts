import type { z } from "zod";
import {
  ClaimedTasks,
  type ClaimTasks,
  CompleteAnswer,
  type CompleteTasks,
  FailAnswer,
  type FailTasks,
  Heartbeat,
  HeartbeatAnswer,
  RegisteredRunner,
  RegisterRunner,
  type RequestUploads,
  TaskInputs,
  TaskInputsQuery,
  UploadTargets,
} from "../tasks/protocol.ts";
import { type ClientOptions, createSend } from "./http.ts";

/** The runner protocol, typed. Safe to retry: every word carries its lease and attempt. */
export function createRunnerClient(options: ClientOptions) {
  const send = createSend(options);
  const post = <T extends z.ZodType>(
    schema: T,
    path: string,
    call: { body: unknown; signal?: AbortSignal; timeoutMs?: number },
  ) => send({ method: "POST", path: `/v1/runner/${path}`, ...call }).then((answer) => schema.parse(answer));

  return {
    register: (body: z.input<typeof RegisterRunner>) => post(RegisteredRunner, "register", { body }),
    claim: (body: ClaimTasks, signal?: AbortSignal) =>
      post(ClaimedTasks, "claim", { body, timeoutMs: body.waitMs + 15_000, ...(signal ? { signal } : {}) }),
    inputs: (body: z.input<typeof TaskInputsQuery>) => post(TaskInputs, "inputs", { body }),
    heartbeat: (body: Heartbeat) => post(HeartbeatAnswer, "heartbeat", { body, timeoutMs: 10_000 }),
    uploads: (body: RequestUploads) => post(UploadTargets, "uploads", { body }),
    complete: (body: CompleteTasks) => post(CompleteAnswer, "complete", { body }),
    fail: (body: FailTasks) => post(FailAnswer, "fail", { body }),
  };
}
export type RunnerClient = ReturnType<typeof createRunnerClient>;
