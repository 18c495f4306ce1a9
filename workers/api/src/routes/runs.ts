import { createRoute, z } from "@hono/zod-openapi";
import { cancelRun } from "@whetstone/core/runs/cancel-run";
import { createRun } from "@whetstone/core/runs/create-run";
import { getRun } from "@whetstone/core/runs/get-run";
import { listRuns } from "@whetstone/core/runs/list-runs";
import { listTasks } from "@whetstone/core/tasks/list-tasks";
import { CreateRun, Page, PageQuery, Run, Task } from "@whetstone/schemas/api";
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

const getRunTasks = createRoute({
  method: "get",
  path: "/v1/runs/{id}/tasks",
  tags,
  summary: "List tasks of a run",
  request: { params, query: PageQuery },
  responses: { 200: json(Page(Task), "A page of tasks"), ...problems },
});

const getRunEvents = createRoute({
  method: "get",
  path: "/v1/runs/{id}/events",
  tags,
  summary: "Follow a run",
  description:
    "Server-sent events: the run's story from `Last-Event-ID` on, then live until it settles. `run.progress` carries the whole run.",
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
  .openapi(getRunTasks, async (c) =>
    c.json(await listTasks(c.var.ctx, { runId: c.req.valid("param").id, ...c.req.valid("query") }), 200),
  )
  .openapi(getRunEvents, (c) =>
    streamRunEvents(c, { runId: c.req.valid("param").id, after: c.req.valid("header")["last-event-id"] }),
  );
