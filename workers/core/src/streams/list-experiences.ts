import type { ExperiencesQuery, Experience, PageOf } from "@whetstone/schemas/api";
import { blocks } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { notFound } from "../errors.ts";
import { slicePage, toCursor, toCursorPage } from "../samples/positions.ts";
import type { BlockRow } from "./block-row.ts";
import { cellAt, type ExperienceColumns } from "./experience-columns.ts";
import { readBlock } from "./read-block.ts";
import { lifetimeByName } from "./read-streams.ts";

/** Columns that have a place of their own in an experience. */
const standard = new Set(["exp_num", "task_name", "worker_id", "timestamp", "run_id"]);
/** The same in every row and no measure. */
const dull = new Set(["block_num", "block_type", "block_subtype", "exp_status", "task_params"]);

/** Experiences of a block in their fixed order: what a point of a curve is made of. */
export async function listExperiences(
  ctx: Context,
  streamId: string,
  { lifetime, blockNum, taskName, ...page }: ExperiencesQuery,
): Promise<PageOf<Experience>> {
  requireScope(ctx, "streams:read");
  const { id } = await lifetimeByName(ctx, { streamId, name: lifetime });
  const [block] = await ctx.db
    .select()
    .from(blocks)
    .where(and(eq(blocks.lifetimeId, id), eq(blocks.blockNum, blockNum)));
  if (!block) throw notFound("block", `${blockNum} of lifetime ${lifetime}`);
  const experiences = await readBlock(ctx, block);
  const places = Array.from({ length: experiences.rowCount }, (_, row) => row).filter(
    (row) => taskName === undefined || cellAt(experiences.columns["task_name"], row) === taskName,
  );

  const { slices, hasMore } = slicePage([places.length], page);
  const data = slices.flatMap(({ from, to }) =>
    places.slice(from, to).map((row, i) => toExperience(block, { experiences, row, position: from + i })),
  );
  return toCursorPage(page.order === "asc" ? data : data.toReversed(), hasMore);
}

function toExperience(
  { blockNum, blockType }: BlockRow,
  { experiences: { columns }, row, position }: { experiences: ExperienceColumns; row: number; position: number },
): Experience {
  const runId = cellAt(columns["run_id"], row);
  const others = Object.keys(columns).filter((name) => !standard.has(name) && !dull.has(name));
  return {
    object: "experience",
    cursor: toCursor(position),
    blockNum,
    blockType,
    expNum: Number(cellAt(columns["exp_num"], row)),
    taskName: String(cellAt(columns["task_name"], row)),
    workerId: String(cellAt(columns["worker_id"], row) ?? ""),
    timestamp: String(cellAt(columns["timestamp"], row) ?? ""),
    runId: typeof runId === "string" ? runId : null,
    values: Object.fromEntries(others.map((name) => [name, cellAt(columns[name], row)])),
  };
}
