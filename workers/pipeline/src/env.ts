import type { StorageEnv } from "@whetstone/core/create-context";

export interface RunParams {
  runId: string;
}

/** Bindings, variables and secrets of this Worker, as wrangler.jsonc names them. */
export interface Env extends StorageEnv {
  DB: D1Database;
  INGEST: Workflow<RunParams>;
  REFINE: Workflow<RunParams>;
  TRAIN: Workflow<RunParams>;
  EVALUATE: Workflow<RunParams>;
  NOOP: Workflow<RunParams>;
}
