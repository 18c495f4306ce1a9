import type { Context } from "@whetstone/core/context";
import type { CoreEnv } from "@whetstone/core/create-context";

/** The pipeline Worker's entry point, called over a service binding. */
export interface PipelineBinding {
  start(runId: string): Promise<void>;
  nudge(runId: string): Promise<void>;
  revive(runId: string): Promise<void>;
  deliver(deliveryId: string, round: number): Promise<void>;
  closeBlocks(lifetimeId: string): Promise<void>;
  report(scheduleRunId: string): Promise<void>;
  importLog(importId: string): Promise<void>;
  tick(): Promise<void>;
}

/** Bindings, variables and secrets of this Worker, as wrangler.jsonc names them. */
export interface Env extends CoreEnv {
  PIPELINE: PipelineBinding;
  RATE_LIMIT: RateLimit;
  RUNNER_RATE_LIMIT: RateLimit;
  /** The built dashboard. */
  ASSETS?: Fetcher;
  ADMIN_TOKEN: string;
  CORS_ORIGIN: string;
}

export interface AppEnv {
  Bindings: Env;
  Variables: {
    ctx: Context;
    requestId: string;
    /** The answer holds a secret shown once: it must not be kept for replay. */
    isSecret: boolean;
    /** What a page of the dashboard may load, instead of nothing. */
    pagePolicy?: string;
  };
}
