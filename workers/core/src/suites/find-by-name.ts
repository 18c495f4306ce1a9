import { datasets, models, suites } from "@whetstone/schemas/db";
import { and, desc, eq, or, type SQL } from "drizzle-orm";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { inWorkspace } from "../scope.ts";

/** The caller's dataset of this id or name. */
export async function findDataset(ctx: Context, ref: string): Promise<typeof datasets.$inferSelect> {
  const [row] = await ctx.db
    .select()
    .from(datasets)
    .where(inWorkspace(ctx, datasets, or(eq(datasets.id, ref), eq(datasets.name, ref))))
    .limit(1);
  if (!row) throw notFound("dataset", ref);
  return row;
}

/** The caller's suite of this id or name. */
export async function findSuite(ctx: Context, ref: string): Promise<typeof suites.$inferSelect> {
  const [row] = await ctx.db
    .select()
    .from(suites)
    .where(inWorkspace(ctx, suites, or(eq(suites.id, ref), eq(suites.name, ref))))
    .limit(1);
  if (!row) throw notFound("suite", ref);
  return row;
}

/** The caller's model of this id, of `name@number`, or the newest of a name. */
export async function findModel(ctx: Context, ref: string): Promise<typeof models.$inferSelect> {
  const [row] = await ctx.db
    .select()
    .from(models)
    .where(inWorkspace(ctx, models, isModel(ref)))
    .orderBy(desc(models.number))
    .limit(1);
  if (!row) throw notFound("model", ref);
  return row;
}

/** Models that `ref` may mean; the one with the highest number is meant. */
export function isModel(ref: string): SQL | undefined {
  const numbered = /^(.+)@(\d{1,9})$/.exec(ref);
  const isNamed = numbered
    ? and(eq(models.name, numbered[1] ?? ""), eq(models.number, Number(numbered[2])))
    : eq(models.name, ref);
  return or(eq(models.id, ref), isNamed);
}
