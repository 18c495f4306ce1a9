import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import type { QueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { NotFound, PageError, PageLoading } from "../components/states.tsx";
import { onSignedOut, queryClient } from "../lib/query-client.ts";
import { sessionQuery } from "../lib/session.ts";
import { PairsSearch, PlaygroundSearch, VersionSearch } from "../lib/version-search.ts";
import { Shell } from "./shell.tsx";

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: z.object({ to: z.string().startsWith("/").optional() }),
  component: lazyRouteComponent(() => import("../features/session/sign-in-page.tsx"), "SignInPage"),
});

/** All that needs a session. The page does not wait for it; should there be none, `onSignedOut` leads to the sign-in page and back. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: ({ context }) => void context.queryClient.prefetchQuery(sessionQuery),
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/datasets" });
  },
});

const datasets = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets",
  component: lazyRouteComponent(() => import("../features/datasets/datasets-page.tsx"), "DatasetsPage"),
});

const newDataset = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/new",
  component: lazyRouteComponent(() => import("../features/new-dataset/new-dataset-page.tsx"), "NewDatasetPage"),
});

const runs = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs",
  component: lazyRouteComponent(() => import("../features/runs/runs-page.tsx"), "RunsPage"),
});

const dataset = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$datasetId",
  component: lazyRouteComponent(() => import("../features/datasets/dataset-page.tsx"), "DatasetPage"),
});

const version = createRoute({
  getParentRoute: () => signedIn,
  path: "/versions/$versionId",
  validateSearch: VersionSearch,
  component: lazyRouteComponent(() => import("../features/versions/version-page.tsx"), "VersionPage"),
});

const pairs = createRoute({
  getParentRoute: () => signedIn,
  path: "/versions/$versionId/with/$otherId",
  validateSearch: PairsSearch,
  component: lazyRouteComponent(() => import("../features/versions/pairs-page.tsx"), "PairsPage"),
});

const run = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs/$runId",
  component: lazyRouteComponent(() => import("../features/runs/run-page.tsx"), "RunPage"),
});

const models = createRoute({
  getParentRoute: () => signedIn,
  path: "/models",
  component: lazyRouteComponent(() => import("../features/models/models-page.tsx"), "ModelsPage"),
});

const model = createRoute({
  getParentRoute: () => signedIn,
  path: "/models/$modelId",
  component: lazyRouteComponent(() => import("../features/models/model-page.tsx"), "ModelPage"),
});

const evaluations = createRoute({
  getParentRoute: () => signedIn,
  path: "/evaluations",
  validateSearch: z.object({ chosen: z.array(z.string()).max(10).optional() }),
  component: lazyRouteComponent(() => import("../features/evaluations/evaluations-page.tsx"), "EvaluationsPage"),
});

const evaluation = createRoute({
  getParentRoute: () => signedIn,
  path: "/evaluations/$evaluationId",
  component: lazyRouteComponent(() => import("../features/evaluations/evaluation-page.tsx"), "EvaluationPage"),
});

const compare = createRoute({
  getParentRoute: () => signedIn,
  path: "/compare",
  validateSearch: z.object({ ids: z.array(z.string()).min(2).max(10) }),
  component: lazyRouteComponent(() => import("../features/evaluations/compare-page.tsx"), "ComparePage"),
});

const playground = createRoute({
  getParentRoute: () => signedIn,
  path: "/playground",
  validateSearch: PlaygroundSearch,
  component: lazyRouteComponent(() => import("../features/playground/playground-page.tsx"), "PlaygroundPage"),
});

const loops = createRoute({
  getParentRoute: () => signedIn,
  path: "/loops",
  validateSearch: z.object({ chosen: z.array(z.string()).max(8).optional() }),
  component: lazyRouteComponent(() => import("../features/loops/loops-page.tsx"), "LoopsPage"),
});

const compareLoops = createRoute({
  getParentRoute: () => signedIn,
  path: "/loops/compare",
  validateSearch: z.object({ ids: z.array(z.string()).min(2).max(8) }),
  component: lazyRouteComponent(() => import("../features/loops/compare-loops-page.tsx"), "CompareLoopsPage"),
});

const loop = createRoute({
  getParentRoute: () => signedIn,
  path: "/loops/$loopId",
  validateSearch: z.object({
    /** The iteration one looks at, and of its record which step's, which rows. */
    iteration: z.int().optional().catch(undefined),
    step: z.string().max(40).optional().catch(undefined),
    verdict: z.string().max(60).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import("../features/loops/loop-page.tsx"), "LoopPage"),
});

const streams = createRoute({
  getParentRoute: () => signedIn,
  path: "/streams",
  component: lazyRouteComponent(() => import("../features/lifelong/streams-page.tsx"), "StreamsPage"),
});

const stream = createRoute({
  getParentRoute: () => signedIn,
  path: "/streams/$streamId",
  validateSearch: z.object({
    lifetime: z.string().optional(),
    measure: z.string().optional(),
    /** The block one looks into, of which lifetime, of which task. */
    block: z.int().optional(),
    of: z.string().optional(),
    task: z.string().optional(),
  }),
  component: lazyRouteComponent(() => import("../features/lifelong/stream-page.tsx"), "StreamPage"),
});

const reports = createRoute({
  getParentRoute: () => signedIn,
  path: "/reports",
  component: lazyRouteComponent(() => import("../features/lifelong/reports-page.tsx"), "ReportsPage"),
});

const report = createRoute({
  getParentRoute: () => signedIn,
  path: "/reports/$reportId",
  component: lazyRouteComponent(() => import("../features/lifelong/report-page.tsx"), "ReportPage"),
});

const schedules = createRoute({
  getParentRoute: () => signedIn,
  path: "/schedules",
  component: lazyRouteComponent(() => import("../features/lifelong/schedules-page.tsx"), "SchedulesPage"),
});

const schedule = createRoute({
  getParentRoute: () => signedIn,
  path: "/schedules/$scheduleId",
  component: lazyRouteComponent(() => import("../features/lifelong/schedule-page.tsx"), "SchedulePage"),
});

const guide = createRoute({
  getParentRoute: () => signedIn,
  path: "/guides/$name",
  component: lazyRouteComponent(() => import("../features/guides/guide-page.tsx"), "GuidePage"),
});

const lifelong = [streams, stream, reports, report, schedules, schedule];

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings",
  validateSearch: z.object({
    tab: z.enum(["keys", "workspace", "prices", "usage", "runners", "webhooks", "audit"]).optional(),
  }),
  component: lazyRouteComponent(() => import("../features/settings/settings-page.tsx"), "SettingsPage"),
});

const pages = [
  home,
  datasets,
  newDataset,
  dataset,
  version,
  pairs,
  runs,
  run,
  models,
  model,
  evaluations,
  evaluation,
  compare,
  playground,
  loops,
  compareLoops,
  loop,
  ...lifelong,
  settings,
  guide,
];
const routeTree = root.addChildren([signIn, signedIn.addChildren(pages)]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

onSignedOut.current = () => {
  if (router.state.location.pathname === "/sign-in") return;
  queryClient.removeQueries(sessionQuery);
  void router.navigate({ to: "/sign-in", search: { to: router.state.location.href }, replace: true });
};
