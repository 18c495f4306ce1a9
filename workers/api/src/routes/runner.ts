import { createRoute } from "@hono/zod-openapi";
import { registerRunner } from "@whetstone/core/runners/register-runner";
import { countBacklog } from "@whetstone/core/tasks/count-backlog";
import { completeTasks } from "@whetstone/core/tasks/complete-tasks";
import { failTasks } from "@whetstone/core/tasks/fail-tasks";
import { heartbeatTasks } from "@whetstone/core/tasks/heartbeat-tasks";
import { listTaskInputs } from "@whetstone/core/tasks/list-task-inputs";
import { requestUploads } from "@whetstone/core/tasks/request-uploads";
import {
  Backlog,
  BacklogQuery,
  ClaimedTasks,
  ClaimTasks,
  CompleteAnswer,
  CompleteTasks,
  FailAnswer,
  FailTasks,
  Heartbeat,
  HeartbeatAnswer,
  RegisteredRunner,
  RegisterRunner,
  RequestUploads,
  TaskInputs,
  TaskInputsQuery,
  UploadTargets,
} from "@whetstone/schemas/tasks";
import type { z } from "zod";
import { claimWithin } from "../claim-within.ts";
import { body, createRouter, json, problems } from "../router.ts";

interface Call<In extends z.ZodType, Out extends z.ZodType> {
  path: string;
  summary: string;
  input: In;
  output: Out;
}

/** Every word of the protocol is a POST of its own; it answers 200 also when the news is bad, because that is news about a task. */
const post = <In extends z.ZodType, Out extends z.ZodType>({ path, summary, input, output }: Call<In, Out>) =>
  createRoute({
    method: "post",
    path: `/v1/runner/${path}`,
    tags: ["Runner protocol"],
    summary,
    request: { body: body(input, "What the runner says") },
    responses: { 200: json(output, "The answer"), ...problems },
  });

const register = post({
  path: "register",
  summary: "Make a runner known",
  input: RegisterRunner,
  output: RegisteredRunner,
});
const claim = post({
  path: "claim",
  summary: "Claim tasks, waiting for some",
  input: ClaimTasks,
  output: ClaimedTasks,
});
const inputs = post({
  path: "inputs",
  summary: "List a leased task's inputs",
  input: TaskInputsQuery,
  output: TaskInputs,
});
const heartbeat = post({
  path: "heartbeat",
  summary: "Keep leases and report progress",
  input: Heartbeat,
  output: HeartbeatAnswer,
});
const uploads = post({
  path: "uploads",
  summary: "Get addresses to upload outputs to",
  input: RequestUploads,
  output: UploadTargets,
});
const complete = post({ path: "complete", summary: "Hand in results", input: CompleteTasks, output: CompleteAnswer });
const fail = post({ path: "fail", summary: "End attempts without a result", input: FailTasks, output: FailAnswer });

const backlog = createRoute({
  method: "get",
  path: "/v1/runner/backlog",
  tags: ["Runner protocol"],
  summary: "Count open tasks of some kinds, to scale a pool of runners on",
  request: { query: BacklogQuery },
  responses: { 200: json(Backlog, "How much there is to do"), ...problems },
});

export const runner = createRouter()
  .openapi(backlog, async (c) => c.json({ open: await countBacklog(c.var.ctx, c.req.valid("query").kind) }, 200))
  .openapi(register, async (c) => c.json(await registerRunner(c.var.ctx, c.req.valid("json")), 200))
  .openapi(claim, async (c) =>
    c.json(await claimWithin(c.var.ctx, { ...c.req.valid("json"), signal: c.req.raw.signal }), 200),
  )
  .openapi(inputs, async (c) => c.json(await listTaskInputs(c.var.ctx, c.req.valid("json")), 200))
  .openapi(heartbeat, async (c) => c.json(await heartbeatTasks(c.var.ctx, c.req.valid("json")), 200))
  .openapi(uploads, async (c) => c.json(await requestUploads(c.var.ctx, c.req.valid("json")), 200))
  .openapi(complete, async (c) => c.json(await completeTasks(c.var.ctx, c.req.valid("json")), 200))
  .openapi(fail, async (c) => c.json(await failTasks(c.var.ctx, c.req.valid("json")), 200));
