import { auditEvents, experienceBatches } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { makeContext } from "../testing.ts";
import { closeBlock } from "./close-block.ts";
import { deleteStream } from "./delete-stream.ts";
import { getStream } from "./read-streams.ts";
import { blocksOf, makeExperiences, makeStream, sendBatch } from "./testing.ts";

it("takes a stream's rows and files away, and leaves the neighbour's", async () => {
  const ctx = await makeContext();
  const [{ id }, { id: other }] = [await makeStream(ctx), await makeStream(ctx)];
  for (const streamId of [id, other]) await sendBatch(ctx, { streamId, records: makeExperiences(0) });
  const [block] = await blocksOf(ctx, id);
  if (!block) throw new Error("no block");
  const { files } = await closeBlock(ctx, block);
  await sendBatch(ctx, { streamId: id, records: makeExperiences(1, { first: 3 }) });

  const gone = await deleteStream(ctx, id);

  expect(gone).toMatchObject({ id, rowCount: 6 });
  await expect(getStream(ctx, id)).rejects.toMatchObject({ code: "not_found" });
  expect(await blocksOf(ctx, id)).toEqual([]);
  expect(await ctx.db.$count(experienceBatches, eq(experienceBatches.lifetimeId, block.lifetimeId))).toBe(0);
  expect(await Promise.all(files.map(({ key }) => ctx.storage.head(key)))).toEqual([undefined]);
  expect(await blocksOf(ctx, other)).toHaveLength(1);
  expect(await ctx.db.$count(auditEvents, eq(auditEvents.subjectId, id))).toBe(2);
});

it("another workspace's stream is not there to be deleted", async () => {
  const [owner, stranger] = [await makeContext(), await makeContext()];
  const { id } = await makeStream(owner);

  await expect(deleteStream(stranger, id)).rejects.toMatchObject({ code: "not_found" });

  expect((await getStream(owner, id)).id).toBe(id);
});
