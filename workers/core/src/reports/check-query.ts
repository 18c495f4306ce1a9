import type { CreateReport } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { checkStreams } from "../streams/check-streams.ts";
import { findModel } from "../suites/find-by-name.ts";

/** Refuses a report on streams or models the caller has not. */
export async function checkQuery(ctx: Context, { streamIds, models }: CreateReport): Promise<void> {
  await checkStreams(ctx, streamIds);
  for (const ref of models) await findModel(ctx, ref);
}
