import { createRoute, z } from "@hono/zod-openapi";
import { cancelRun } from "@whetstone/core/runs/cancel-run";
import { createRun } from "@whetstone/core/runs/create-run";
import { getRun } from "@whetstone/core/runs/get-run";
import { getTrainingCurve } from "@whetstone/core/runs/get-training-curve";
import { getTaskMap } from "@whetstone/core/runs/get-task-map";
import { listRunFailures } from "@whetstone/core/runs/list-run-failures";
import { listRuns } from "@whetstone/core/runs/list-runs";
import { retryRun } from "@whetstone/core/runs/retry-run";
import { getMatches } from "@whetstone/core/samples/get-matches";
import { listTasks } from "@whetstone/core/tasks/list-tasks";
import {
  CreateRun,
  CurveQuery,
  Matches,
  Page,
  PageQuery,
  RetryRun,
  Run,
  RunFailures,
  Task,
  TaskMap,
  TrainingCurve,
} from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";
import { streamRunEvents } from "../stream-run-events.ts";

const tags = ["Runs"];
const { params } = idParam("run");

const postRun = createRoute({
  method: "post",
  path: "/v1/runs",
  tags,
  summary: "Queue a run",
  request: { body: body(CreateRun, "What to do, on what, and how stubbornly") },
  responses: { 202: { ...json(Run, "The queued run"), headers: z.object({ location: z.string() }) }, ...problems },
});

const getRuns = createRoute({
  method: "get",
  path: "/v1/runs",
  tags,
  summary: "List runs",
  request: pageQuery,
  responses: { 200: json(Page(Run), "A page of runs"), ...problems },
});

const getOneRun = createRoute({
  method: "get",
  path: "/v1/runs/{id}",
  tags,
  summary: "Get a run",
  request: { params },
  responses: { 200: json(Run, "The run as it stands"), ...problems },
});

const postCancel = createRoute({
  method: "post",
  path: "/v1/runs/{id}/cancel",
  tags,
  summary: "Cancel a run",
  description: "What waits is cancelled at once, what a runner holds with its next heartbeat.",
  request: { params },
  responses: { 202: json(Run, "The run, cancelling"), ...problems },
});

const postRetry = createRoute({
  method: "post",
  path: "/v1/runs/{id}/retry",
  tags,
  summary: "Try a run's failed tasks again",
  description:
    "Each gets all its attempts anew; what succeeded is not done again. A run that failed is running again and may end otherwise. One that spent its budget goes on with the larger one that the body names.",
  request: { params, body: json(RetryRun, "Nothing, or a larger budget") },
  responses: { 202: json(Run, "The run, running"), ...problems },
});

const getMap = createRoute({
  method: "get",
  path: "/v1/runs/{id}/task-map",
  tags,
  summary: "Every task's state in one word",
  request: { params },
  responses: { 200: json(TaskMap, "A letter a task"), ...problems },
});

const getFailures = createRoute({
  method: "get",
  path: "/v1/runs/{id}/failures",
  tags,
  summary: "What went wrong, by error code",
  request: { params },
  responses: { 200: json(RunFailures, "At most a hundred codes, the most frequent first"), ...problems },
});

const getCurve = createRoute({
  method: "get",
  path: "/v1/runs/{id}/curve",
  tags,
  summary: "The curve of a training, live or finished",
  description:
    "Losses, speed and memory by step, looks at held-out samples, alarms. A trained model names its run in `runId`.",
  request: { params, query: CurveQuery },
  responses: { 200: json(TrainingCurve, "Points in the order of their steps"), ...problems },
});

const getRunTasks = createRoute({
  method: "get",
  path: "/v1/runs/{id}/tasks",
  tags,
  summary: "List tasks of a run",
  request: { params, query: PageQuery },
  responses: { 200: json(Page(Task), "A page of tasks"), ...problems },
});

const getRunMatches = createRoute({
  method: "get",
  path: "/v1/runs/{id}/matches",
  tags,
  summary: "What a search found",
  request: { params },
  responses: { 200: json(Matches, "Samples, the nearest first"), ...problems },
});

const getRunEvents = createRoute({
  method: "get",
  path: "/v1/runs/{id}/events",
  tags,
  summary: "Follow a run",
  description:
    "Server-sent events: the run's story from `Last-Event-ID` on, then live until it settles. `run.progress` carries the whole run; a training tells `task.metrics`, `task.look`, `task.alarm` and `task.stopped`, whose data is that of `GET /v1/runs/{id}/curve`.",
  request: { params, headers: z.object({ "last-event-id": z.coerce.number().int().min(0).default(0) }) },
  responses: {
    200: { description: "A stream of RunEvent", content: { "text/event-stream": { schema: z.string() } } },
    ...problems,
  },
});

export const runs = createRouter()
  .openapi(postRun, async (c) => {
    const run = await createRun(c.var.ctx, c.req.valid("json"));
    return c.json(run, 202, { location: `/v1/runs/${run.id}` });
  })
  .openapi(getRuns, async (c) => c.json(await listRuns(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOneRun, async (c) => c.json(await getRun(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postCancel, async (c) => c.json(await cancelRun(c.var.ctx, c.req.valid("param").id), 202))
  .openapi(postRetry, async (c) => c.json(await retryRun(c.var.ctx, c.req.valid("param").id, c.req.valid("json")), 202))
  .openapi(getMap, async (c) => c.json(await getTaskMap(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getFailures, async (c) => c.json(await listRunFailures(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getCurve, async (c) =>
    c.json(await getTrainingCurve(c.var.ctx, { runId: c.req.valid("param").id, ...c.req.valid("query") }), 200),
  )
  .openapi(getRunTasks, async (c) =>
    c.json(await listTasks(c.var.ctx, { runId: c.req.valid("param").id, ...c.req.valid("query") }), 200),
  )
  .openapi(getRunMatches, async (c) => c.json(await getMatches(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getRunEvents, (c) =>
    streamRunEvents(c, { runId: c.req.valid("param").id, after: c.req.valid("header")["last-event-id"] }),
  );
