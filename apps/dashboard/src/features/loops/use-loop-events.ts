import { useQueryClient } from "@tanstack/react-query";
import type { Loop } from "@whetstone/schemas/api";
import { useEffect } from "react";
import { api } from "../../lib/api.ts";
import { isOver, loopQuery } from "./queries.ts";

const gatherMs = 500;

/** Asks anew for a loop and its iterations when its run tells something: one stream a page, which ends when the loop does. */
export function useLoopEvents(loop: Loop | undefined): void {
  const cache = useQueryClient();
  const runId = loop && !isOver(loop) ? loop.runId : undefined;
  const id = loop?.id ?? "";
  useEffect(() => {
    if (runId === undefined) return undefined;
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The story so far comes all at once; it is one reason to look, not hundreds.
    const look = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void cache.invalidateQueries({ queryKey: loopQuery(id).queryKey });
      }, gatherMs);
    };
    void follow(runId);
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };

    async function follow(followed: string): Promise<void> {
      try {
        for await (const event of api.runs.events(followed, leaving.signal)) if (event.type !== "run.progress") look();
      } catch {
        // Whoever left does not want to know; else the queries show what is wrong.
      }
      if (!leaving.signal.aborted) await cache.invalidateQueries({ queryKey: ["loops"] });
    }
  }, [runId, id, cache]);
}
