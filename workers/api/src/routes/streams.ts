import { createRoute, z } from "@hono/zod-openapi";
import { closeBlocks } from "@whetstone/core/streams/close-blocks";
import { createStream } from "@whetstone/core/streams/create-stream";
import { deleteStream } from "@whetstone/core/streams/delete-stream";
import { drawStream } from "@whetstone/core/streams/draw-stream";
import { listExperiences } from "@whetstone/core/streams/list-experiences";
import { measureStream } from "@whetstone/core/streams/measure-stream";
import { getStream, listBlocks, listLifetimes, listStreams } from "@whetstone/core/streams/read-streams";
import { takeExperiences } from "@whetstone/core/streams/take-experiences";
import { updateStream } from "@whetstone/core/streams/update-stream";
import {
  BatchQuery,
  BatchReceipt,
  Block,
  CloseBlocks,
  CreateStream,
  Experience,
  ExperiencesQuery,
  Lifetime,
  LifetimeMetrics,
  LifetimeName,
  MetricsQuery,
  Page,
  Stream,
  StreamCurves,
  UpdateStream,
} from "@whetstone/schemas/api";
import { idParam, pageQuery, rowsQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Streams"];
const { params } = idParam("stream");

const postStream = createRoute({
  method: "post",
  path: "/v1/lifelong/streams",
  tags,
  summary: "Make a stream",
  description: "A scenario that learners live through. It is empty until experiences come in.",
  request: { body: body(CreateStream, "Its name, scenario and the columns learners are measured by") },
  responses: { 201: json(Stream, "The stream"), ...problems },
});

const getAll = createRoute({
  method: "get",
  path: "/v1/lifelong/streams",
  tags,
  summary: "List streams",
  request: pageQuery,
  responses: { 200: json(Page(Stream), "A page of streams"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/lifelong/streams/{id}",
  tags,
  summary: "Get a stream",
  request: { params },
  responses: { 200: json(Stream, "The stream"), ...problems },
});

const patchOne = createRoute({
  method: "patch",
  path: "/v1/lifelong/streams/{id}",
  tags,
  summary: "Change a stream",
  description: "Its name, its scenario, or the streams whose experts it is measured against.",
  request: { params, body: body(UpdateStream, "What to change") },
  responses: { 200: json(Stream, "The stream as it is now"), ...problems },
});

const deleteOne = createRoute({
  method: "delete",
  path: "/v1/lifelong/streams/{id}",
  tags,
  summary: "Delete a stream",
  description:
    "With its lifetimes, experiences, matrices and metrics, for good. Reports made of it stay; take it out of schedules that name it.",
  request: { params },
  responses: { 200: json(Stream, "The stream as it was"), ...problems },
});

const getLifetimes = createRoute({
  method: "get",
  path: "/v1/lifelong/streams/{id}/lifetimes",
  tags,
  summary: "List lifetimes of a stream",
  request: { params, ...pageQuery },
  responses: { 200: json(Page(Lifetime), "A page of lifetimes"), ...problems },
});

const getBlocks = createRoute({
  method: "get",
  path: "/v1/lifelong/streams/{id}/blocks",
  tags,
  summary: "List blocks of a lifetime",
  request: { params, query: rowsQuery.query.extend({ lifetime: LifetimeName.default("main") }) },
  responses: { 200: json(Page(Block), "A page of blocks, by number"), ...problems },
});

const postExperiences = createRoute({
  method: "post",
  path: "/v1/lifelong/streams/{id}/experiences",
  tags,
  summary: "Add experiences",
  description: `JSON lines, one record a line as l2logger's \`log_record\` takes it: \`block_num\`, \`exp_num\`, \`block_type\`, \`task_name\`, the
stream's measures, and optionally the other standard columns and any of your own. A batch is taken whole or refused whole, with line, column and rule
of what is wrong. As \`text/tab-separated-values\` the same with a header line, as l2logger's \`data-log.tsv\` is. Send \`writer\` and \`sequence\`, or an \`Idempotency-Key\`: the same batch sent again adds no row, however late. At most
4 MiB and 50,000 rows.`,
  request: {
    params,
    query: BatchQuery,
    headers: z.object({ "idempotency-key": z.string().optional() }),
    body: {
      content: {
        "application/x-ndjson": { schema: z.string() },
        "text/tab-separated-values": { schema: z.string() },
      },
      required: true as const,
    },
  },
  responses: {
    200: json(BatchReceipt, "The batch was here already"),
    201: json(BatchReceipt, "The batch was added"),
    ...problems,
  },
});

const postClose = createRoute({
  method: "post",
  path: "/v1/lifelong/streams/{id}/close",
  tags,
  summary: "Close blocks",
  description:
    "Moves their rows into Parquet now. Blocks close by themselves when a row of a later block arrives, and open again for late rows.",
  request: { params, body: body(CloseBlocks, "Which") },
  responses: {
    200: json(z.object({ object: z.literal("list"), data: z.array(Block) }), "The blocks closed"),
    ...problems,
  },
});

const getMetrics = createRoute({
  method: "get",
  path: "/v1/lifelong/streams/{id}/metrics",
  tags,
  summary: "Metrics of a stream's lifetimes",
  description:
    "Lifelong-learning metrics of each learner, by the options in the query, against the stream's experts. Kept until experiences, experts, options or code change.",
  request: { params, query: MetricsQuery },
  responses: { 200: json(Page(LifetimeMetrics), "A page of lifetimes with their metrics"), ...problems },
});

const getCurves = createRoute({
  method: "get",
  path: "/v1/lifelong/streams/{id}/curves",
  tags,
  summary: "Curves and metrics of a stream's latest learners",
  description:
    "What charts are drawn from: learning and evaluation curves with their blocks, experts, transfers, and metrics with intervals. `limit` is how many of the latest learners.",
  request: { params, query: MetricsQuery },
  responses: { 200: json(StreamCurves, "The curves, thinned to what a chart can show"), ...problems },
});

const getExperiences = createRoute({
  method: "get",
  path: "/v1/lifelong/streams/{id}/experiences",
  tags,
  summary: "List experiences of a block",
  request: { params, query: ExperiencesQuery },
  responses: { 200: json(Page(Experience), "A page of experiences; `after` is an experience's `cursor`"), ...problems },
});

export const streams = createRouter()
  .openapi(postStream, async (c) => {
    const stream = await createStream(c.var.ctx, c.req.valid("json"));
    return c.json(stream, 201, { location: `/v1/lifelong/streams/${stream.id}` });
  })
  .openapi(getAll, async (c) => c.json(await listStreams(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getStream(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(patchOne, async (c) =>
    c.json(await updateStream(c.var.ctx, c.req.valid("param").id, c.req.valid("json")), 200),
  )
  .openapi(deleteOne, async (c) => c.json(await deleteStream(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getLifetimes, async (c) =>
    c.json(await listLifetimes(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getBlocks, async (c) =>
    c.json(await listBlocks(c.var.ctx, { streamId: c.req.valid("param").id, ...c.req.valid("query") }), 200),
  )
  .openapi(postExperiences, async (c) => {
    const receipt = await takeExperiences(c.var.ctx, {
      ...c.req.valid("query"),
      streamId: c.req.valid("param").id,
      body: new Uint8Array(await c.req.arrayBuffer()),
      format: c.req.header("content-type")?.startsWith("text/tab-separated-values") ? "tsv" : "ndjson",
      idempotencyKey: c.req.valid("header")["idempotency-key"],
    });
    return receipt.isRepeat ? c.json(receipt, 200) : c.json(receipt, 201);
  })
  .openapi(getMetrics, async (c) =>
    c.json(await measureStream(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getCurves, async (c) =>
    c.json(await drawStream(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getExperiences, async (c) =>
    c.json(await listExperiences(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(postClose, async (c) => {
    const data = await closeBlocks(c.var.ctx, { streamId: c.req.valid("param").id, ...c.req.valid("json") });
    return c.json({ object: "list" as const, data }, 200);
  });
