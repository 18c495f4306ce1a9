import { Button, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Loop } from "@whetstone/schemas/api";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { ForkButton } from "./fork-button.tsx";
import { isOver, loopQuery } from "./queries.ts";
import { words } from "./words.ts";

/** Takes the loop as it is now into the page, and asks for its iterations anew. */
export function useChanged(id: string): (changed: Loop) => Promise<void> {
  const cache = useQueryClient();
  return (changed) => {
    cache.setQueryData(loopQuery(id).queryKey, changed);
    return cache.invalidateQueries({ queryKey: ["loops"] });
  };
}

/** Pauses a loop, lets it go on, ends it; goes back to the weights before while nobody is at work on others. */
export function LoopActions({ loop }: { loop: Loop }) {
  const { id, status, promoted } = loop;
  const mayWrite = useScope("runs:write");
  const changed = useChanged(id);
  const pause = useMutation({ mutationFn: () => api.loops.pause(id), onSuccess: changed });
  const resume = useMutation({ mutationFn: () => api.loops.resume(id), onSuccess: changed });
  if (!mayWrite) return null;
  const problem = pause.error ?? resume.error;
  return (
    <>
      {problem && (
        <Text size="sm" c="red" role="alert" className="foreign">
          {problem.message}
        </Text>
      )}
      {(status === "queued" || status === "running") && (
        <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
          {words.pause}
        </Button>
      )}
      {status === "paused" && (
        <Button loading={resume.isPending} onClick={() => resume.mutate()}>
          {words.resume}
        </Button>
      )}
      {isResting(loop) && promoted > 0 && (
        <ConfirmButton
          action={words.rollback}
          sure={words.rollbackSure(promoted)}
          onConfirm={async () => changed(await api.loops.rollback(id))}
        />
      )}
      <ForkButton loop={loop} iteration={promoted} label={words.fork} />
      {!isOver(loop) && status !== "cancelling" && (
        <ConfirmButton
          action={words.cancel}
          sure={words.cancelSure}
          variant="subtle"
          color="red"
          onConfirm={async () => changed(await api.loops.cancel(id))}
        />
      )}
    </>
  );
}

/** Its weights may be chosen by hand. */
export const isResting = (loop: Loop): boolean => isOver(loop) || loop.status === "paused";
