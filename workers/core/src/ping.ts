import { sql } from "drizzle-orm";
import type { Context } from "./context.ts";

const timeoutMs = 3000;

export interface Checks {
  database: "ok" | "unreachable";
  storage: "ok" | "unreachable";
}

/** Asks the database and the storage for a sign of life. */
export async function ping(ctx: Context): Promise<Checks> {
  const [database, storage] = await Promise.all([
    answers(Promise.resolve(ctx.db.run(sql`select 1`))),
    answers(ctx.storage.ping()),
  ]);
  return { database, storage };
}

async function answers(call: Promise<unknown>): Promise<"ok" | "unreachable"> {
  const late = new Promise<"unreachable">((resolve) => setTimeout(() => resolve("unreachable"), timeoutMs));
  const answer = call.then(
    () => "ok" as const,
    () => "unreachable" as const,
  );
  return Promise.race([answer, late]);
}
