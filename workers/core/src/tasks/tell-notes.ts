import { runEvents, tasks } from "@whetstone/schemas/db";
import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";

/**
 * The two statements that make held tasks' notes events of their runs, for the batch of the heartbeat they came with: first the events,
 * then the count that tells a note sent again from a new one.
 */
export function tellNotes(ctx: Context, { beats, isBeating }: { beats: SQL; isBeating: SQL | undefined }) {
  const number = sql`note.value ->> '$.number'`;
  const tell = ctx.db.insert(runEvents).select(sql`
    select null, ${tasks.runId}, note.value ->> '$.note.type',
      json_patch(json_object('taskId', ${tasks.id}, 'index', ${tasks.index}, 'attempt', ${tasks.attempt}), note.value -> '$.note.data'),
      ${ctx.now().getTime()}
    from ${beats} cross join ${tasks} cross join json_each(beat.value, '$.notes') as note
    where ${isBeating} and ${number} > ${tasks.noteCount}
    order by beat.key, note.key`);
  const count = ctx.db
    .update(tasks)
    .set({
      noteCount: sql`max(${tasks.noteCount}, coalesce((select max(${number}) from json_each(beat.value, '$.notes') as note), 0))`,
    })
    .from(beats)
    .where(isBeating);
  return [tell, count] as const;
}
