import type { BatchQuery, BatchReceipt } from "@whetstone/schemas/api";
import { type Context, requireScope } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { AppError } from "../errors.ts";
import { appendBatch } from "./append-batch.ts";
import { type BatchFormat, parseExperiences } from "./parse-experiences.ts";
import { streamRow } from "./stream-row.ts";

export interface Delivery extends BatchQuery {
  streamId: string;
  body: Uint8Array;
  format: BatchFormat;
  /** The caller's `Idempotency-Key`; names the batch where writer and sequence don't. */
  idempotencyKey: string | undefined;
}

/** A batch of a live learner: taken whole or refused whole, and taken once however often it is sent. */
export async function takeExperiences(ctx: Context, { streamId, body, ...delivery }: Delivery): Promise<BatchReceipt> {
  requireScope(ctx, "streams:write");
  const stream = await streamRow(ctx, streamId);
  const experiences = parseExperiences(toText(body), {
    format: delivery.format,
    firstLine: delivery.firstLine,
    metricsColumns: stream.metricsColumns,
    timestamp: toTimestamp(ctx.now()),
  });
  return appendBatch(ctx, {
    stream,
    lifetime: delivery.lifetime,
    role: delivery.role,
    ...nameOf(ctx, delivery),
    bodyHash: (await sha256Hex(body)).slice(0, 32),
    experiences,
  });
}

function nameOf(
  ctx: Context,
  { writer, sequence, idempotencyKey }: Pick<Delivery, "writer" | "sequence" | "idempotencyKey">,
): { writer: string; sequence: number } {
  if ((writer === undefined) !== (sequence === undefined))
    throw new AppError("invalid_input", "writer and sequence name a batch together; give both or neither");
  if (writer !== undefined && sequence !== undefined) return { writer, sequence };
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,200}$/.test(idempotencyKey))
    throw new AppError("invalid_input", "Idempotency-Key must be 1 to 200 visible ASCII characters");
  // A space keeps these apart from names callers give.
  return {
    writer: idempotencyKey === undefined ? `batch ${ctx.newId("batch")}` : `key ${idempotencyKey}`,
    sequence: 0,
  };
}

function toText(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch (cause) {
    throw new AppError("invalid_input", "the batch is not UTF-8 text; send one JSON record a line", { cause });
  }
}

/** l2logger's form of a time. */
export function toTimestamp(date: Date): string {
  const [day = "", time = ""] = date.toISOString().slice(0, -1).split("T");
  return `${day.replaceAll("-", "")}T${time.replaceAll(":", "")}000`;
}
