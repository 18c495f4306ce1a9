import type { BatchItem } from "drizzle-orm/batch";
import type { Context } from "./context.ts";

/** `db.batch` for a list whose length is only known as it runs: all of it or nothing. */
export async function batch(ctx: Context, statements: readonly BatchItem<"sqlite">[]): Promise<unknown[]> {
  const [first, ...rest] = statements;
  return first ? await ctx.db.batch([first, ...rest]) : [];
}
