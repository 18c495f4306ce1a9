import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";
import { AppError } from "@whetstone/core/errors";
import {
  failScheduleRun,
  finishScheduleRun,
  makeScheduledReport,
} from "@whetstone/core/schedules/make-scheduled-report";
import type { Env, ScheduledReportParams } from "./env.ts";
import { systemContext } from "./pipeline.ts";

const patient = { retries: { limit: 8, delay: "1 second", backoff: "exponential" }, timeout: "10 minutes" } as const;

/** One report of a schedule: make it, tell of it. The instance's id is the run's, so a run has one workflow however often it is started. */
export class ScheduledReport extends WorkflowEntrypoint<Env, ScheduledReportParams> {
  override async run({ payload }: Readonly<WorkflowEvent<ScheduledReportParams>>, step: WorkflowStep): Promise<void> {
    const { scheduleRunId } = payload;
    const ctx = systemContext(this.env, "scheduled-report");
    try {
      const made = await step.do("make report", patient, () => make(scheduleRunId));
      if (made) await step.do("tell", patient, () => finishScheduleRun(ctx, scheduleRunId, made.reportId));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await step.do("record failure", patient, () =>
        failScheduleRun(ctx, scheduleRunId, { code: "internal", message }),
      );
    }

    /** What fails by its own data fails at once; the rest is tried again. */
    async function make(id: string): Promise<{ reportId: string } | null> {
      try {
        return await makeScheduledReport(ctx, id);
      } catch (error) {
        if (!(error instanceof AppError) || error.code === "storage_unavailable") throw error;
        await failScheduleRun(ctx, id, { code: error.code, message: error.message });
        throw new NonRetryableError(error.message, error.code);
      }
    }
  }
}
