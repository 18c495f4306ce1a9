import type { Context, Pipeline } from "@whetstone/core/context";
import { createContext, storageFrom } from "@whetstone/core/create-context";
import { isSettled, loadRun } from "@whetstone/core/runs/load-run";
import type { RunKind } from "@whetstone/schemas/api";
import type { Env, RunParams } from "./env.ts";

/** A context for one of the pipeline's own jobs. */
export function systemContext(env: Env, job: string): Context {
  return createContext({
    db: env.DB,
    storage: storageFrom(env),
    pipeline: createPipeline(env),
    actor: { kind: "system", job },
    requestId: job,
  });
}

/** The workflow instances of runs: their id is the run's. */
export function createPipeline(env: Env): Pipeline & { revive(runId: string): Promise<void> } {
  return {
    /** Idempotent: a run that has its instance keeps it. */
    async start(runId) {
      const workflow = await workflowOf(env, runId);
      await workflow.create({ id: runId, params: { runId } }).catch(async (error: unknown) => {
        if (!(await exists(workflow, runId))) throw error;
      });
    },

    async nudge(runId) {
      const instance = await (await workflowOf(env, runId)).get(runId);
      await instance.sendEvent({ type: "tasks-settled", payload: {} });
    },

    /** Gets an unsettled run's workflow going again, whatever became of it. Its steps are idempotent, so a restart repeats nothing. */
    async revive(runId) {
      const workflow = await workflowOf(env, runId);
      if (!(await exists(workflow, runId))) return void (await workflow.create({ id: runId, params: { runId } }));
      const instance = await workflow.get(runId);
      const { status } = await instance.status();
      const isOver = status === "errored" || status === "terminated" || status === "complete";
      if (!isOver) return instance.sendEvent({ type: "tasks-settled", payload: {} });
      if (!isSettled(await loadRun(systemContext(env, "revive"), runId))) await instance.restart();
    },
  };
}

async function workflowOf(env: Env, runId: string): Promise<Workflow<RunParams>> {
  const { kind } = await loadRun(systemContext(env, "pipeline"), runId);
  const workflows: Record<RunKind, Workflow<RunParams>> = {
    ingest: env.INGEST,
    refine: env.REFINE,
    train: env.TRAIN,
    evaluate: env.EVALUATE,
    noop: env.NOOP,
  };
  return workflows[kind];
}

async function exists(workflow: Workflow<RunParams>, id: string): Promise<boolean> {
  return workflow.get(id).then(
    () => true,
    () => false,
  );
}
