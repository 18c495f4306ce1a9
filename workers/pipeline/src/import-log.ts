import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { failImport, importLog } from "@whetstone/core/streams/import-log";
import type { Env, ImportParams } from "./env.ts";
import { systemContext } from "./pipeline.ts";

const patient = { retries: { limit: 5, delay: "2 seconds", backoff: "exponential" }, timeout: "15 minutes" } as const;

/** An uploaded log into its lifetime: one step, which adds only what is missing when it is repeated. */
export class ImportLog extends WorkflowEntrypoint<Env, ImportParams> {
  override async run({ payload }: Readonly<WorkflowEvent<ImportParams>>, step: WorkflowStep): Promise<void> {
    const ctx = systemContext(this.env, "import-log");
    try {
      await step.do("read archive", patient, () => importLog(ctx, payload.importId));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await step.do("record failure", patient, () => failImport(ctx, payload.importId, message));
    }
  }
}
