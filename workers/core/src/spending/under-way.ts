import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { hourPrice } from "./hour-price.ts";

/** What attempts at work have taken that is not in their runs' accounts yet: `run_id`, `leased`, `seconds` and `money`. `runIds` is what `in` takes. */
export const underWay = (ctx: Context, runIds: SQL): SQL => sql`
  select run_id, sum(leased) as leased, sum(seconds) as seconds, sum(seconds * hour_price / 3600) as money from (
    select hold.run_id, hold.leased, ${hourPrice} as hour_price,
      max(0, ${ctx.now().getTime()} - max(hold.since, coalesce(worker.counted_until, 0))) / 1000.0 as seconds
    from (select run_id, runner_id, count(*) as leased, min(leased_at) as since from tasks
        where run_id in ${runIds} and status = 'leased' group by run_id, runner_id) as hold
      join runs as account on account.id = hold.run_id left join runners as worker on worker.id = hold.runner_id
  ) group by run_id`;
