import type { Context, Pipeline } from "@whetstone/core/context";
import { createContext, partsFrom } from "@whetstone/core/create-context";
import { isSettled, loadRun } from "@whetstone/core/runs/load-run";
import { closePassedBlocks } from "@whetstone/core/streams/close-blocks";
import type { RunKind } from "@whetstone/schemas/api";
import type { Env, RunParams } from "./env.ts";

/** A context for one of the pipeline's own jobs. */
export function systemContext(env: Env, job: string): Context {
  return createContext({
    ...partsFrom(env),
    pipeline: createPipeline(env),
    actor: { kind: "system", job },
    requestId: job,
  });
}

interface Upkeep {
  resumeImport(importId: string): Promise<void>;
  resumeReport(scheduleRunId: string): Promise<void>;
  resumeDelivery(delivery: { id: string; round: number }): Promise<void>;
}

/** The workflow instances of runs: their id is the run's. */
export function createPipeline(env: Env): Pipeline & Upkeep {
  return {
    /** Idempotent: a run that has its instance keeps it. */
    async start(runId) {
      await startOnce(await workflowOf(env, runId), { id: runId, params: { runId } });
    },

    async nudge(runId) {
      const instance = await (await workflowOf(env, runId)).get(runId);
      await instance.sendEvent({ type: "tasks-settled", payload: {} });
    },

    async deliver(deliveryId, round) {
      await startOnce(env.DELIVER, { id: instanceOf(deliveryId, round), params: { deliveryId, round } });
    },

    /** Gets a delivery that is late going again. */
    async resumeDelivery({ id: deliveryId, round }) {
      const id = instanceOf(deliveryId, round);
      await startOnce(env.DELIVER, { id, params: { deliveryId, round } });
      const instance = await env.DELIVER.get(id);
      if (isOver((await instance.status()).status)) await instance.restart();
    },
    async report(scheduleRunId) {
      await startOnce(env.REPORT, { id: scheduleRunId, params: { scheduleRunId } });
    },

    /** Gets a schedule's run going that has not ended, whatever became of its workflow. */
    async resumeReport(scheduleRunId) {
      await startOnce(env.REPORT, { id: scheduleRunId, params: { scheduleRunId } });
      const instance = await env.REPORT.get(scheduleRunId);
      if (isOver((await instance.status()).status)) await instance.restart();
    },

    async importLog(importId) {
      await startOnce(env.IMPORT_LOG, { id: importId, params: { importId } });
    },

    /** Gets an import going that has not ended, whatever became of its workflow. */
    async resumeImport(importId) {
      await startOnce(env.IMPORT_LOG, { id: importId, params: { importId } });
      const instance = await env.IMPORT_LOG.get(importId);
      if (isOver((await instance.status()).status)) await instance.restart();
    },

    closeBlocks: (lifetimeId) =>
      closePassedBlocks(systemContext(env, "close blocks"), lifetimeId).then(() => undefined),

    /** Gets an unsettled run's workflow going again, whatever became of it. Its steps are idempotent, so a restart repeats nothing. */
    async revive(runId) {
      const workflow = await workflowOf(env, runId);
      if (!(await exists(workflow, runId))) return void (await workflow.create({ id: runId, params: { runId } }));
      const instance = await workflow.get(runId);
      const { status } = await instance.status();
      if (!isOver(status)) return instance.sendEvent({ type: "tasks-settled", payload: {} });
      if (!isSettled(await loadRun(systemContext(env, "revive"), runId))) await instance.restart();
    },
  };
}

async function workflowOf(env: Env, runId: string): Promise<Workflow<RunParams>> {
  return workflowOfKind(env, (await loadRun(systemContext(env, "pipeline"), runId)).kind);
}

export function workflowOfKind(env: Env, kind: RunKind): Workflow<RunParams> {
  const workflows: Record<RunKind, Workflow<RunParams>> = {
    ingest: env.INGEST,
    refine: env.REFINE,
    profile: env.PROFILE,
    index: env.INDEX,
    select: env.SELECT,
    search: env.SEARCH,
    train: env.TRAIN,
    evaluate: env.EVALUATE,
    loop: env.LOOP,
    noop: env.NOOP,
  };
  return workflows[kind];
}

/** An instance that is there already is left as it is. */
async function startOnce<T>(workflow: Workflow<T>, options: { id: string; params: T }): Promise<void> {
  await workflow.create(options).catch(async (error: unknown) => {
    if (!(await exists(workflow, options.id))) throw error;
  });
}

const instanceOf = (deliveryId: string, round: number): string => `${deliveryId}-${round}`;
const isOver = (status: string): boolean => ["errored", "terminated", "complete"].includes(status);

async function exists<T>(workflow: Workflow<T>, id: string): Promise<boolean> {
  return workflow.get(id).then(
    () => true,
    () => false,
  );
}
