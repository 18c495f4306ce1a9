import { useQueryClient } from "@tanstack/react-query";
import { Run, type RunEvent } from "@whetstone/schemas/api";
import { useEffect, useState } from "react";
import { api } from "../../lib/api.ts";
import { runQuery } from "./queries.ts";

const keptEvents = 200;

/**
 * The run's story, live: one stream a page, which reconnects by itself and ends when the run does. Progress goes to the query of the run,
 * so that everything that shows the run moves with it.
 */
export function useRunEvents(run: Run | undefined, runId: string): RunEvent[] {
  const cache = useQueryClient();
  const [events, setEvents] = useState<RunEvent[]>([]);
  // A run that had ended and is tried again is followed anew, from its beginning.
  const isOver = run !== undefined && run.finishedAt !== null;
  useEffect(() => {
    const leaving = new AbortController();
    setEvents([]);
    void follow();
    return () => leaving.abort();

    async function follow(): Promise<void> {
      try {
        for await (const event of api.runs.events(runId, leaving.signal)) {
          if (event.type === "run.progress") cache.setQueryData(runQuery(runId).queryKey, Run.parse(event.data));
          // What a training measures is drawn as its curve.
          else if (event.type !== "task.metrics" && event.type !== "task.look")
            setEvents((before) => [...before, event].slice(-keptEvents));
        }
        await cache.invalidateQueries({ queryKey: ["runs", runId] });
      } catch {
        // Whoever left does not want to know; else the query of the run shows what is wrong.
        if (!leaving.signal.aborted) await cache.invalidateQueries({ queryKey: ["runs", runId] });
      }
    }
  }, [runId, cache, isOver]);
  return events;
}
