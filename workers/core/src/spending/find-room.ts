import { runs } from "@whetstone/schemas/db";
import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { underWay } from "./under-way.ts";

/** As many as any claim takes. */
const unlimited = 64;

/**
 * How many more tasks of a run may be begun, of the row of `runs` around. Those at work are taken for what the ended ones cost on average,
 * so that many runners together pass a limit by one task and not by one each. Before any has ended nobody knows: then all may begin.
 */
export function findRoom(ctx: Context): SQL<number> {
  const held = (what: "leased" | "seconds" | "money") =>
    sql`coalesce((select ${sql.raw(what)} from (${underWay(ctx, sql`(${runs.id})`)})), 0)`;
  const limits = sql`
    select ${runs.budget} ->> '$.tokens' as allowed, ${runs.spentTokens} as spent, 0 as held
    union all select ${runs.budget} ->> '$.runnerSeconds', ${runs.spentSeconds}, ${held("seconds")}
    union all select ${runs.budget} ->> '$.money.amount', ${runs.spentMoney}, ${held("money")}`;
  // A fraction, however small, is room for one: else the last bit of a budget would never be spent.
  const left = sql`((allowed - spent) * 1.0 * ${runs.endedAttempts} / spent)`;
  const ceiling = sql`cast(${left} as integer) + (${left} > cast(${left} as integer))`;
  return sql<number>`case when ${runs.budget} is null then ${unlimited} else (
    select min(case when spent + held >= allowed then 0 when spent > 0 then ${ceiling} - ${held("leased")} else ${unlimited} end)
    from (${limits}) where allowed is not null) end`;
}
