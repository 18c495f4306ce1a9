import { createRoute, z } from "@hono/zod-openapi";
import { createReview } from "@whetstone/core/reviews/create-review";
import { listReviews } from "@whetstone/core/reviews/list-reviews";
import { undoReview } from "@whetstone/core/reviews/undo-review";
import { getSample } from "@whetstone/core/samples/get-sample";
import { getStatistics } from "@whetstone/core/samples/get-statistics";
import { listPairs } from "@whetstone/core/samples/list-pairs";
import { listRejects } from "@whetstone/core/samples/list-rejects";
import { listSamples } from "@whetstone/core/samples/list-samples";
import { trySelection } from "@whetstone/core/samples/try-selection";
import { getManifest } from "@whetstone/core/versions/get-manifest";
import { getVersion } from "@whetstone/core/versions/get-version";
import {
  CreateReview,
  Id,
  Manifest,
  Page,
  PageQuery,
  PairsQuery,
  Reject,
  Review,
  Sample,
  SamplePair,
  SamplesQuery,
  SelectionQuery,
  SelectionTrial,
  Statistics,
  StatisticsQuery,
  Version,
} from "@whetstone/schemas/api";
import { idParam, rowsQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Versions"];
const byId = idParam("version");

const getOne = createRoute({
  method: "get",
  path: "/v1/versions/{id}",
  tags,
  summary: "Get a version",
  request: byId,
  responses: { 200: json(Version, "The version"), ...problems },
});

const getFiles = createRoute({
  method: "get",
  path: "/v1/versions/{id}/manifest",
  tags,
  summary: "Every file of a version with its size and SHA-256",
  request: byId,
  responses: { 200: json(Manifest, "The manifest"), ...problems },
});

const getSamples = createRoute({
  method: "get",
  path: "/v1/versions/{id}/samples",
  tags,
  summary: "Page through samples",
  description:
    "Images come straight from S3: fetch `image.url` with `image.range` as the Range header. `after` is a sample's `cursor`. Filters and orders go over the columns that `statistics` lists.",
  request: { ...byId, query: SamplesQuery },
  responses: { 200: json(Page(Sample), "A page of samples"), ...problems },
});

const getPairs = createRoute({
  method: "get",
  path: "/v1/versions/{id}/pairs",
  tags,
  summary: "Page through samples beside what they are in another version",
  description:
    "As `samples`, in the order and by the filter of this version. Versions of other datasets will do too: samples are told by their uid.",
  request: { ...byId, query: PairsQuery },
  responses: { 200: json(Page(SamplePair), "A page of pairs"), ...problems },
});

const getOneSample = createRoute({
  method: "get",
  path: "/v1/versions/{id}/samples/{uid}",
  tags,
  summary: "Get a sample by its uid",
  request: { params: z.object({ id: Id("version"), uid: z.string().min(1).max(80) }) },
  responses: { 200: json(Sample, "The sample"), ...problems },
});

const getRejects = createRoute({
  method: "get",
  path: "/v1/versions/{id}/rejects",
  tags,
  summary: "Page through what was left out, and why",
  request: { ...byId, ...rowsQuery },
  responses: { 200: json(Page(Reject), "A page of rejects"), ...problems },
});

const getStats = createRoute({
  method: "get",
  path: "/v1/versions/{id}/statistics",
  tags,
  summary: "Columns of a version: histograms and values, as a whole and among the rows a filter keeps",
  request: { ...byId, query: StatisticsQuery },
  responses: { 200: json(Statistics, "The statistics"), ...problems },
});

const getTrial = createRoute({
  method: "get",
  path: "/v1/versions/{id}/selection",
  tags,
  summary: "Try a selection: what it keeps, what each step does, examples",
  description: "Nothing is written. `POST /v1/runs` with kind `select` makes what it keeps the next version.",
  request: { ...byId, query: SelectionQuery },
  responses: { 200: json(SelectionTrial, "What it would keep"), ...problems },
});

const postReview = createRoute({
  method: "post",
  path: "/v1/versions/{id}/reviews",
  tags,
  summary: "Review a sample: accept it, edit its text or reject it",
  request: { ...byId, body: body(CreateReview, "The sample and what is thought of it") },
  responses: { 201: json(Review, "The review"), ...problems },
});

const getReviews = createRoute({
  method: "get",
  path: "/v1/versions/{id}/reviews",
  tags,
  summary: "List reviews of a version, or of one of its samples",
  request: { ...byId, query: PageQuery.extend({ uid: z.string().max(80).optional() }) },
  responses: { 200: json(Page(Review), "A page of reviews"), ...problems },
});

const deleteReview = createRoute({
  method: "delete",
  path: "/v1/reviews/{id}",
  tags,
  summary: "Take a review back; the one before it counts again",
  request: idParam("review"),
  responses: { 200: json(Review, "The review that was"), ...problems },
});

export const versions = createRouter()
  .openapi(getStats, async (c) =>
    c.json(await getStatistics(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getTrial, async (c) =>
    c.json(await trySelection(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(postReview, async (c) =>
    c.json(await createReview(c.var.ctx, c.req.valid("param").id, c.req.valid("json")), 201),
  )
  .openapi(getReviews, async (c) =>
    c.json(await listReviews(c.var.ctx, { versionId: c.req.valid("param").id, ...c.req.valid("query") }), 200),
  )
  .openapi(deleteReview, async (c) => c.json(await undoReview(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getOne, async (c) => c.json(await getVersion(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getFiles, async (c) => c.json(await getManifest(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(getSamples, async (c) =>
    c.json(await listSamples(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getPairs, async (c) =>
    c.json(await listPairs(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  )
  .openapi(getOneSample, async (c) =>
    c.json(await getSample(c.var.ctx, c.req.valid("param").id, c.req.valid("param").uid), 200),
  )
  .openapi(getRejects, async (c) =>
    c.json(await listRejects(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  );
