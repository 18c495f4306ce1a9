import type { StreamEntry } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { streamRow } from "./stream-row.ts";

/** What runs write about themselves. */
const known = ["performance", "loss"];

/** Refuses a run whose stream the caller has not, or which asks for measures that runs don't have. */
export async function checkEntry(ctx: Context, entry: StreamEntry | undefined): Promise<void> {
  if (entry === undefined) return;
  const { metricsColumns } = await streamRow(ctx, entry.streamId);
  const odd = metricsColumns.find((name) => !known.includes(name));
  if (odd === undefined) return;
  throw new AppError(
    "invalid_input",
    `stream ${entry.streamId} measures ${odd}, which runs do not; make a stream that measures performance`,
    { fields: [{ pointer: "/stream/streamId", code: "measures_differ", detail: `runs write ${known.join(" and ")}` }] },
  );
}
