import type { CoreEnv } from "@whetstone/core/create-context";

export interface ImportParams {
  importId: string;
}

export interface ScheduledReportParams {
  scheduleRunId: string;
}

export interface RunParams {
  runId: string;
}

export interface DeliveryParams {
  deliveryId: string;
  round: number;
}

/** Bindings, variables and secrets of this Worker, as wrangler.jsonc names them. */
export interface Env extends CoreEnv {
  INGEST: Workflow<RunParams>;
  REFINE: Workflow<RunParams>;
  PROFILE: Workflow<RunParams>;
  INDEX: Workflow<RunParams>;
  SELECT: Workflow<RunParams>;
  SEARCH: Workflow<RunParams>;
  TRAIN: Workflow<RunParams>;
  EVALUATE: Workflow<RunParams>;
  LOOP: Workflow<RunParams>;
  NOOP: Workflow<RunParams>;
  IMPORT_LOG: Workflow<ImportParams>;
  REPORT: Workflow<ScheduledReportParams>;
  DELIVER: Workflow<DeliveryParams>;
}
