import { type SQL, sql } from "drizzle-orm";

/** What an hour of the runner `worker` costs the run `account`, two rows of the statement around; null without prices. */
export const hourPrice: SQL = sql.raw(`coalesce(
  (select entry.value ->> '$.runnerHour' from json_each(account.prices, '$.labels') as entry
   where entry.value ->> '$.label' in (select value from json_each(worker.labels)) order by entry.key limit 1),
  account.prices ->> '$.runnerHour')`);
