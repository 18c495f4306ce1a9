import type { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { AppError } from "@whetstone/core/errors";
import { maxBatchBytes } from "@whetstone/schemas/api";
import type { AppEnv } from "./env.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { etag } from "./middleware/etag.ts";
import { idempotency, isExperiences } from "./middleware/idempotency.ts";
import { requestId } from "./middleware/request-id.ts";
import { onError, onNotFound } from "./problem.ts";
import { createRouter } from "./router.ts";
import { dashboard } from "./routes/dashboard.ts";
import { datasets } from "./routes/datasets.ts";
import { mountDocs } from "./routes/docs.ts";
import { evaluations } from "./routes/evaluations.ts";
import { health } from "./routes/health.ts";
import { keys } from "./routes/keys.ts";
import { loops } from "./routes/loops.ts";
import { methods } from "./routes/methods.ts";
import { models } from "./routes/models.ts";
import { runner } from "./routes/runner.ts";
import { runners } from "./routes/runners.ts";
import { runs } from "./routes/runs.ts";
import { prices } from "./routes/prices.ts";
import { sessions, signInRoutes } from "./routes/sessions.ts";
import { reports } from "./routes/reports.ts";
import { schedules } from "./routes/schedules.ts";
import { recipes } from "./routes/recipes.ts";
import { streamImports } from "./routes/stream-imports.ts";
import { streams } from "./routes/streams.ts";
import { sharedPage } from "./routes/shared-page.ts";
import { shares } from "./routes/shares.ts";
import { suites } from "./routes/suites.ts";
import { tasks } from "./routes/tasks.ts";
import { uploads } from "./routes/uploads.ts";
import { usage } from "./routes/usage.ts";
import { versions } from "./routes/versions.ts";
import { webhooks } from "./routes/webhooks.ts";
import { workspaces } from "./routes/workspaces.ts";

const maxBodyBytes = 1024 ** 2;
const maxCompletionBytes = 16 * 1024 ** 2;

const routers = [
  workspaces,
  usage,
  prices,
  sessions,
  keys,
  uploads,
  datasets,
  versions,
  loops,
  methods,
  models,
  recipes,
  suites,
  evaluations,
  shares,
  runs,
  tasks,
  webhooks,
  streams,
  reports,
  streamImports,
  schedules,
  runners,
  runner,
];

/** The whole API: middleware in order, then one router a noun. */
export function createApp(): OpenAPIHono<AppEnv> {
  const app = createRouter();
  app.onError(onError);
  app.notFound(onNotFound((path) => methodsOf(app, path)));

  app.use(requestId);
  // Outside the general policy, since a page of the dashboard has one of its own.
  app.use(async (c, next) => {
    await next();
    if (c.var.pagePolicy) c.res.headers.set("content-security-policy", c.var.pagePolicy);
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );
  app.use(
    cors({
      origin: (_origin, c) => c.env.CORS_ORIGIN,
      allowMethods: ["GET", "HEAD"],
      allowHeaders: ["authorization", "if-none-match", "last-event-id", "x-request-id"],
      exposeHeaders: ["etag", "x-request-id", "retry-after"],
    }),
  );
  app.use(async (c, next) => limitBody(maxBytesOf(c.req.path))(c, next));
  // Before the check of who asks: signing in is how a browser comes to be known.
  app.route("/", signInRoutes);
  app.use("/v1/*", authenticate);
  app.use("/v1/*", idempotency);
  app.use("/v1/*", etag);

  app.route("/", health);
  app.route("/", sharedPage);
  for (const router of routers) app.route("/", router);
  mountDocs(app);
  app.route("/", dashboard);
  return app;
}

function maxBytesOf(path: string): number {
  if (path === "/v1/runner/complete") return maxCompletionBytes;
  return isExperiences(path) ? maxBatchBytes : maxBodyBytes;
}

const limitBody = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new AppError("payload_too_large", `the body is larger than ${maxSize} bytes`);
    },
  });

/** Methods some route takes at this path. */
function methodsOf(app: OpenAPIHono<AppEnv>, path: string): string[] {
  const isHere = (pattern: string) => new RegExp(`^${pattern.replaceAll(/:[^/]+/g, "[^/]+")}$`).test(path);
  return [
    ...new Set(
      app.routes.filter(({ method, path: pattern }) => method !== "ALL" && isHere(pattern)).map(({ method }) => method),
    ),
  ];
}
