import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import type { Env, RunParams } from "./env.ts";
import { systemContext } from "./pipeline.ts";
import { runWaves } from "./run-waves.ts";

/**
 * One Workflow class a run kind, so that each can be watched, limited and changed apart. What they plan and how they close is the
 * kind's own story in core/runs; how they wait is the same.
 */
class RunWorkflow extends WorkflowEntrypoint<Env, RunParams> {
  override run({ payload }: Readonly<WorkflowEvent<RunParams>>, step: WorkflowStep): Promise<void> {
    return runWaves(systemContext(this.env, "workflow"), { runId: payload.runId, step });
  }
}

export class IngestRun extends RunWorkflow {}
export class RefineRun extends RunWorkflow {}
export class ProfileRun extends RunWorkflow {}
export class IndexRun extends RunWorkflow {}
export class SelectRun extends RunWorkflow {}
export class SearchRun extends RunWorkflow {}
export class TrainRun extends RunWorkflow {}
export class EvaluateRun extends RunWorkflow {}
export class NoopRun extends RunWorkflow {}
