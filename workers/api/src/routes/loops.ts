import { createRoute, z } from "@hono/zod-openapi";
import { cancelLoop, pauseLoop, promoteIteration, resumeLoop, rollBackLoop } from "@whetstone/core/loops/control-loop";
import { compareLoops } from "@whetstone/core/loops/compare-loops";
import { createLoop } from "@whetstone/core/loops/create-loop";
import { forkLoop } from "@whetstone/core/loops/fork-loop";
import { getIterationFiles } from "@whetstone/core/loops/iteration-files";
import { listIterationSamples } from "@whetstone/core/loops/iteration-samples";
import { getIteration, getLoop, listIterations, listLoops } from "@whetstone/core/loops/read-loops";
import {
  CompareLoops,
  CreateLoop,
  ForkLoop,
  Iteration,
  IterationFiles,
  Loop,
  LoopComparison,
  LoopSampleRow,
  Page,
  PageQuery,
  PromoteIteration,
} from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Loops"];
const { params } = idParam("loop");
const ofIteration = params.extend({
  number: z
    .string()
    .regex(/^\d{1,6}$/, "must be the number of an iteration")
    .transform(Number),
});
const made = (description: string) => ({ ...json(Loop, description), headers: z.object({ location: z.string() }) });

const postLoop = createRoute({
  method: "post",
  path: "/v1/loops",
  tags,
  summary: "Start a self-training loop",
  request: { body: body(CreateLoop, "Method, policy, task and how it is judged") },
  responses: { 202: made("The queued loop"), ...problems },
});
const getLoops = createRoute({
  method: "get",
  path: "/v1/loops",
  tags,
  summary: "List loops",
  request: pageQuery,
  responses: { 200: json(Page(Loop), "A page of loops"), ...problems },
});
const getOne = createRoute({
  method: "get",
  path: "/v1/loops/{id}",
  tags,
  summary: "Get a loop",
  request: { params },
  responses: { 200: json(Loop, "The loop as it stands"), ...problems },
});
const getIterations = createRoute({
  method: "get",
  path: "/v1/loops/{id}/iterations",
  tags,
  summary: "List a loop's iterations",
  description: "0 measures the policy as it came. Cursors are numbers.",
  request: { params, ...pageQuery },
  responses: { 200: json(Page(Iteration), "A page of iterations"), ...problems },
});
const getOneIteration = createRoute({
  method: "get",
  path: "/v1/loops/{id}/iterations/{number}",
  tags,
  summary: "Get an iteration",
  request: { params: ofIteration },
  responses: { 200: json(Iteration, "The iteration as it stands"), ...problems },
});
const getSamples = createRoute({
  method: "get",
  path: "/v1/loops/{id}/iterations/{number}/samples",
  tags,
  summary: "List what an iteration drew, and what became of it",
  request: {
    params: ofIteration,
    query: PageQuery.extend({
      order: z.enum(["asc", "desc"]).default("asc"),
      step: z
        .string()
        .max(40)
        .optional()
        .meta({ description: "the reduce step whose record it is; the method's last" }),
      verdict: z
        .string()
        .max(60)
        .optional()
        .meta({ description: "rows of this verdict alone: `kept`, a reason, or `refused` for all that was not kept" }),
    }),
  },
  responses: { 200: json(Page(LoopSampleRow), "A page of rows"), ...problems },
});
const getFiles = createRoute({
  method: "get",
  path: "/v1/loops/{id}/iterations/{number}/files",
  tags,
  summary: "Get addresses of an iteration's weights",
  request: { params: ofIteration },
  responses: { 200: json(IterationFiles, "Presigned addresses"), ...problems },
});
const deed = (path: string, summary: string, description: string) =>
  createRoute({
    method: "post",
    path,
    tags,
    summary,
    description,
    request: { params },
    responses: { 200: json(Loop, "The loop"), ...problems },
  });
const postPause = deed("/v1/loops/{id}/pause", "Pause a loop", "The step at work ends; nothing is begun after it.");
const postResume = deed("/v1/loops/{id}/resume", "Resume a loop", "Goes on where it was.");
const postCancel = deed("/v1/loops/{id}/cancel", "Cancel a loop", "The promoted model stays.");
const postRollback = deed(
  "/v1/loops/{id}/rollback",
  "Go back to the model before",
  "Of a loop that is paused or over.",
);
const postPromote = createRoute({
  method: "post",
  path: "/v1/loops/{id}/promote",
  tags,
  summary: "Make an iteration's weights the loop's model",
  description: "Of a loop that is paused or over.",
  request: { params, body: body(PromoteIteration, "Which iteration") },
  responses: { 200: json(Loop, "The loop"), ...problems },
});
const postFork = createRoute({
  method: "post",
  path: "/v1/loops/{id}/fork",
  tags,
  summary: "Start a loop from an iteration of this one",
  request: { params, body: body(ForkLoop, "From where, and what is different") },
  responses: { 202: made("The new loop"), ...problems },
});
const postCompare = createRoute({
  method: "post",
  path: "/v1/loops/compare",
  tags,
  summary: "Compare loops",
  request: { body: body(CompareLoops, "Which loops") },
  responses: { 200: json(LoopComparison, "Side by side"), ...problems },
});

export const loops = createRouter()
  .openapi(postLoop, async (c) => {
    const loop = await createLoop(c.var.ctx, c.req.valid("json"));
    return c.json(loop, 202, { location: `/v1/loops/${loop.id}` });
  })
  .openapi(getLoops, async (c) => c.json(await listLoops(c.var.ctx, c.req.valid("query")), 200))
  .openapi(postCompare, async (c) => c.json(await compareLoops(c.var.ctx, c.req.valid("json").loopIds), 200))
  .openapi(getOne, async (c) => c.json(await getLoop(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getIterations, async (c) =>
    c.json(await listIterations(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getOneIteration, async (c) => {
    const { id, number } = c.req.valid("param");
    return c.json(await getIteration(c.var.ctx, id, number), 200);
  })
  .openapi(getSamples, async (c) => {
    const { step, verdict, ...page } = c.req.valid("query");
    return c.json(await listIterationSamples(c.var.ctx, { ...c.req.valid("param"), step, verdict }, page), 200);
  })
  .openapi(getFiles, async (c) => {
    const { id, number } = c.req.valid("param");
    return c.json(await getIterationFiles(c.var.ctx, id, number), 200);
  })
  .openapi(postPause, async (c) => c.json(await pauseLoop(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postResume, async (c) => c.json(await resumeLoop(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postCancel, async (c) => c.json(await cancelLoop(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postRollback, async (c) => c.json(await rollBackLoop(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postPromote, async (c) =>
    c.json(await promoteIteration(c.var.ctx, c.req.valid("param").id, c.req.valid("json").iteration), 200),
  )
  .openapi(postFork, async (c) => {
    const loop = await forkLoop(c.var.ctx, c.req.valid("param").id, c.req.valid("json"));
    return c.json(loop, 202, { location: `/v1/loops/${loop.id}` });
  });
