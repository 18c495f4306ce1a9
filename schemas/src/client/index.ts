import { z } from "zod";
import {
  ApiKey,
  AuditEvent,
  Comparison,
  type BatchQuery,
  BatchReceipt,
  Block,
  type CloseBlocks,
  type CompleteUpload,
  type CreateApiKey,
  type CreateDataset,
  type CreateEvaluation,
  type CreateModel,
  type CreateReport,
  type CreateRunInput,
  type CreateSchedule,
  type CreateStream,
  type CreateShare,
  type CreateSuite,
  type CreateUpload,
  type CreateWebhook,
  type CreateWorkspace,
  Dataset,
  type DeliveriesQuery,
  Evaluation,
  EvaluationExamples,
  EvaluationFiles,
  type ExamplesQuery,
  Experience,
  Lifetime,
  LifetimeMetrics,
  Method,
  Model,
  ModelDownload,
  NamedRecipe,
  NewApiKey,
  NewShare,
  NewWebhook,
  NewWorkspace,
  Page,
  type PageOf,
  type PageQuery,
  type PairsQuery,
  Matches,
  Reject,
  Report,
  Review,
  SampleHistory,
  SamplePair,
  type SamplesQuery,
  SelectionTrial,
  Statistics,
  type StatisticsQuery,
  type CreateReview,
  type RetryRun,
  Run,
  RunFailures,
  Runner,
  Sample,
  Schedule,
  ScheduleRun,
  Session,
  type SignIn,
  SignInLink,
  Share,
  Stream,
  StreamCurves,
  StreamMatrix,
  Suite,
  Task,
  TaskMap,
  TrainingCurve,
  Upload,
  UploadParts,
  type UpdateSchedule,
  type UpdateStream,
  type UploadPartsQuery,
  Version,
  Webhook,
  WebhookDelivery,
  WorkspaceDetails,
} from "../api/index.ts";
import { type ClientOptions, createSend, type Send } from "./http.ts";
import { runEvents } from "./events.ts";
import { loopRoutes } from "./loops.ts";
import { spendingRoutes } from "./spending.ts";

export { ApiError, type ClientOptions, sleep } from "./http.ts";
export { createRunnerClient, type RunnerClient } from "./runner.ts";

type PageOptions = Partial<PageQuery>;

/**
 * A typed client of the Whetstone API; answers are parsed, so a mismatch shows at once.
 *
 * @example
 * const api = createClient({ baseUrl: "http://127.0.0.1:8787", key: "wsk_..." });
 * const run = await api.runs.create({ kind: "refine", versionId: "dsv_..." });
 * for await (const event of api.runs.events(run.id)) console.log(event.type);
 */
export function createClient(options: ClientOptions) {
  const send = createSend(options);
  const get = <T extends z.ZodType>(schema: T, path: string, query?: Record<string, string | number | undefined>) =>
    send({ path, ...(query ? { query } : {}) }).then((answer) => schema.parse(answer));
  const list =
    <T extends z.ZodType>(schema: T, path: string) =>
    (page: PageOptions = {}): Promise<PageOf<z.output<T>>> =>
      get(Page(schema), path, { ...page }) as Promise<PageOf<z.output<T>>>;
  const post = <T extends z.ZodType>(schema: T, path: string, body: unknown = {}) =>
    send({ method: "POST", path, body }).then((answer) => schema.parse(answer));
  const at = (path: string, id: string, rest = "") => `/v1/${path}/${encodeURIComponent(id)}${rest}`;

  return {
    workspaces: {
      create: (body: CreateWorkspace) => post(NewWorkspace, "/v1/workspaces", body),
      current: () => get(WorkspaceDetails, "/v1/workspace"),
    },
    session: {
      get: () => get(Session, "/v1/session"),
      signIn: (body: SignIn) => post(Session, "/v1/session", body),
      switchTo: (workspaceId: string) => post(Session, "/v1/session/switch", { workspaceId }),
      signOut: () => send({ method: "DELETE", path: "/v1/session" }).then(() => undefined),
      createLink: () => post(SignInLink, "/v1/sign-in-links"),
    },
    keys: {
      list: list(ApiKey, "/v1/keys"),
      create: (body: CreateApiKey) => post(NewApiKey, "/v1/keys", body),
      createRunnerKey: (body: Omit<CreateApiKey, "scopes">) => post(NewApiKey, "/v1/runner-keys", body),
      revoke: (id: string) => send({ method: "DELETE", path: at("keys", id) }).then((answer) => ApiKey.parse(answer)),
    },
    uploads: {
      create: (body: CreateUpload) => post(Upload, "/v1/uploads", body),
      get: (id: string) => get(Upload, at("uploads", id)),
      parts: (id: string, query: Partial<UploadPartsQuery> = {}) =>
        get(UploadParts, at("uploads", id, "/parts"), { ...query }),
      complete: (id: string, body: CompleteUpload) => post(Upload, at("uploads", id, "/complete"), body),
      cancel: (id: string) => post(Upload, at("uploads", id, "/cancel")),
    },
    datasets: {
      list: list(Dataset, "/v1/datasets"),
      create: (body: z.input<typeof CreateDataset>) => post(Dataset, "/v1/datasets", body),
      get: (id: string) => get(Dataset, at("datasets", id)),
      history: (id: string, uid: string) =>
        get(SampleHistory, at("datasets", id, `/samples/${encodeURIComponent(uid)}/history`)),
      versions: (id: string, page: PageOptions = {}) => list(Version, at("datasets", id, "/versions"))(page),
    },
    versions: {
      get: (id: string) => get(Version, at("versions", id)),
      samples: (id: string, query: Partial<SamplesQuery> = {}) =>
        get(Page(Sample), at("versions", id, "/samples"), { ...query }) as Promise<PageOf<Sample>>,
      sample: (id: string, uid: string) => get(Sample, at("versions", id, `/samples/${encodeURIComponent(uid)}`)),
      /** Samples of a version, each beside what it is in the version `with`. */
      pairs: (id: string, query: Partial<PairsQuery> & Pick<PairsQuery, "with">) =>
        get(Page(SamplePair), at("versions", id, "/pairs"), { ...query }) as Promise<PageOf<SamplePair>>,
      statistics: (id: string, query: StatisticsQuery = {}) =>
        get(Statistics, at("versions", id, "/statistics"), { ...query }),
      /** What a selection would keep; nothing is written. */
      trySelection: (id: string, query: Record<string, string | number | undefined> = {}) =>
        get(SelectionTrial, at("versions", id, "/selection"), query),
      review: (id: string, body: CreateReview) => post(Review, at("versions", id, "/reviews"), body),
      reviews: (id: string, query: PageOptions & { uid?: string } = {}) =>
        get(Page(Review), at("versions", id, "/reviews"), { ...query }),
      undoReview: (reviewId: string) =>
        send({ method: "DELETE", path: at("reviews", reviewId) }).then((answer) => Review.parse(answer)),
      rejects: (id: string, page: PageOptions = {}) => list(Reject, at("versions", id, "/rejects"))(page),
    },
    runs: {
      list: list(Run, "/v1/runs"),
      create: (body: CreateRunInput) => post(Run, "/v1/runs", body),
      get: (id: string) => get(Run, at("runs", id)),
      cancel: (id: string) => post(Run, at("runs", id, "/cancel")),
      retry: (id: string, body: RetryRun = {}) => post(Run, at("runs", id, "/retry"), body),
      taskMap: (id: string) => get(TaskMap, at("runs", id, "/task-map")),
      curve: (id: string, query: { points?: number } = {}) => get(TrainingCurve, at("runs", id, "/curve"), query),
      failures: (id: string) => get(RunFailures, at("runs", id, "/failures")),
      tasks: (id: string, page: PageOptions = {}) => list(Task, at("runs", id, "/tasks"))(page),
      /** What a search found. */
      matches: (id: string) => get(Matches, at("runs", id, "/matches")),
      /** The run's story, live until it settles; reconnects and goes on where it was. */
      events: (id: string, signal?: AbortSignal) => runEvents(options, { runId: id, ...(signal ? { signal } : {}) }),
    },
    tasks: { get: (id: string) => get(Task, at("tasks", id)) },
    recipes: {
      list: list(NamedRecipe, "/v1/recipes"),
      get: (name: string) => get(NamedRecipe, at("recipes", name)),
    },
    models: {
      list: list(Model, "/v1/models"),
      create: (body: CreateModel) => post(Model, "/v1/models", body),
      get: (id: string) => get(Model, at("models", id)),
      files: (id: string) => get(ModelDownload, at("models", id, "/files")),
    },
    evaluations: {
      list: list(Evaluation, "/v1/evaluations"),
      create: (body: z.input<typeof CreateEvaluation>) => post(Evaluation, "/v1/evaluations", body),
      get: (id: string) => get(Evaluation, at("evaluations", id)),
      files: (id: string) => get(EvaluationFiles, at("evaluations", id, "/files")),
      examples: (id: string, query: Partial<ExamplesQuery> = {}) =>
        get(EvaluationExamples, at("evaluations", id, "/examples"), { ...query }),
      /** The results as text of this format. */
      results: (id: string, format: "csv" | "html") =>
        send({ path: at("evaluations", id, "/results"), query: { format }, isText: true }).then(String),
      compare: (evaluationIds: string[]) => post(Comparison, "/v1/evaluations/compare", { evaluationIds }),
      share: (id: string, body: z.input<typeof CreateShare> = {}) =>
        post(NewShare, at("evaluations", id, "/share"), body),
      shares: (id: string, page: PageOptions = {}) => list(Share, at("evaluations", id, "/shares"))(page),
      revokeShare: (id: string) =>
        send({ method: "DELETE", path: at("shares", id) }).then((answer) => Share.parse(answer)),
    },
    suites: {
      list: list(Suite, "/v1/suites"),
      create: (body: z.input<typeof CreateSuite>) => post(Suite, "/v1/suites", body),
      get: (id: string) => get(Suite, at("suites", id)),
    },
    streams: {
      list: list(Stream, "/v1/lifelong/streams"),
      create: (body: z.input<typeof CreateStream>) => post(Stream, "/v1/lifelong/streams", body),
      get: (id: string) => get(Stream, at("lifelong/streams", id)),
      update: (id: string, body: z.input<typeof UpdateStream>) =>
        send({ method: "PATCH", path: at("lifelong/streams", id), body }).then((answer) => Stream.parse(answer)),
      delete: (id: string) =>
        send({ method: "DELETE", path: at("lifelong/streams", id) }).then((answer) => Stream.parse(answer)),
      /** An accuracy matrix as a file has it; kept, and answered with each suite's metrics. */
      addMatrix: (id: string, raw: { type: "text/csv" | "application/json"; text: string }, lifetime?: string) =>
        send({ method: "POST", path: at("lifelong/streams", id, "/matrices"), query: { lifetime }, raw }).then(
          (answer) => StreamMatrix.parse(answer),
        ),
      matrices: (id: string, page: PageOptions = {}) =>
        list(StreamMatrix, at("lifelong/streams", id, "/matrices"))(page),
      lifetimes: (id: string, page: PageOptions = {}) => list(Lifetime, at("lifelong/streams", id, "/lifetimes"))(page),
      blocks: (id: string, query: PageOptions & { lifetime?: string } = {}) =>
        get(Page(Block), at("lifelong/streams", id, "/blocks"), { ...query }),
      /**
       * Adds a batch of records, JSON lines or a table with a header; with `writer` and `sequence` the same batch is added once, however
       * often it is sent.
       */
      addExperiences: (
        id: string,
        batch: { type: "application/x-ndjson" | "text/tab-separated-values"; text: string },
        query: z.input<typeof BatchQuery> = {},
      ) =>
        send({
          method: "POST",
          path: at("lifelong/streams", id, "/experiences"),
          query: query as Record<string, string | number | undefined>,
          raw: batch,
        }).then((answer) => BatchReceipt.parse(answer)),
      /** By the options in the query, which the API checks. */
      metrics: (id: string, query: Record<string, string | number | undefined> = {}) =>
        get(Page(LifetimeMetrics), at("lifelong/streams", id, "/metrics"), query),
      curves: (id: string, query: Record<string, string | number | undefined> = {}) =>
        get(StreamCurves, at("lifelong/streams", id, "/curves"), query),
      experiences: (id: string, query: PageOptions & { lifetime?: string; blockNum: number; taskName?: string }) =>
        get(Page(Experience), at("lifelong/streams", id, "/experiences"), { ...query }),
      close: (id: string, body: z.input<typeof CloseBlocks> = {}) =>
        post(z.object({ data: z.array(Block) }), at("lifelong/streams", id, "/close"), body).then(({ data }) => data),
    },
    reports: {
      list: list(Report, "/v1/reports"),
      create: (body: z.input<typeof CreateReport>) => post(Report, "/v1/reports", body),
      get: (id: string) => get(Report, at("reports", id)),
    },
    schedules: {
      list: list(Schedule, "/v1/schedules"),
      create: (body: z.input<typeof CreateSchedule>) => post(Schedule, "/v1/schedules", body),
      get: (id: string) => get(Schedule, at("schedules", id)),
      update: (id: string, body: z.input<typeof UpdateSchedule>) =>
        send({ method: "PATCH", path: at("schedules", id), body }).then((answer) => Schedule.parse(answer)),
      delete: (id: string) =>
        send({ method: "DELETE", path: at("schedules", id) }).then((answer) => Schedule.parse(answer)),
      run: (id: string) => post(ScheduleRun, at("schedules", id, "/run")),
      runs: (id: string, page: PageOptions = {}) => list(ScheduleRun, at("schedules", id, "/runs"))(page),
    },
    ...spendingRoutes({ get, send }),
    loops: loopRoutes({ get, list, post }),
    methods: { list: list(Method, "/v1/methods"), get: (id: string) => get(Method, at("methods", id)) },
    runners: { list: list(Runner, "/v1/runners") },
    auditEvents: { list: list(AuditEvent, "/v1/audit-events") },
    webhooks: {
      list: list(Webhook, "/v1/webhooks"),
      create: (body: z.input<typeof CreateWebhook>) => post(NewWebhook, "/v1/webhooks", body),
      get: (id: string) => get(Webhook, at("webhooks", id)),
      delete: (id: string) =>
        send({ method: "DELETE", path: at("webhooks", id) }).then((answer) => Webhook.parse(answer)),
      enable: (id: string) => post(Webhook, at("webhooks", id, "/enable")),
      test: (id: string) => post(WebhookDelivery, at("webhooks", id, "/test")),
      deliveries: (query: Partial<DeliveriesQuery> = {}) =>
        get(Page(WebhookDelivery), "/v1/webhook-deliveries", { ...query }),
      delivery: (id: string) => get(WebhookDelivery, at("webhook-deliveries", id)),
      redeliver: (id: string) => post(WebhookDelivery, at("webhook-deliveries", id, "/redeliver")),
    },
  };
}
export type Client = ReturnType<typeof createClient>;
export type { Send };
