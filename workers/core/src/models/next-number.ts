import { models } from "@whetstone/schemas/db";
import { type SQL, sql } from "drizzle-orm";

/** One more than the highest number among models of this name, counted as the row is written. */
export function nextNumber(workspaceId: string, name: string): SQL<number> {
  return sql<number>`(select coalesce(max(number), 0) + 1 from ${models} where workspace_id = ${workspaceId} and name = ${name})`;
}
