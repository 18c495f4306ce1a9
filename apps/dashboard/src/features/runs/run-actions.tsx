import { Button, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Run } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { runQuery } from "./queries.ts";
import { RaiseBudget } from "./raise-budget.tsx";
import { words } from "./words.ts";

/** Stops a run that goes on, and tries again what failed. */
export function RunActions({ run }: { run: Run }) {
  const cache = useQueryClient();
  const mayWrite = useScope("runs:write");
  const options = {
    onSuccess: (changed: Run) => {
      cache.setQueryData(runQuery(run.id).queryKey, changed);
      return cache.invalidateQueries({ queryKey: ["runs", run.id] });
    },
  };
  const cancel = useMutation({ mutationFn: () => api.runs.cancel(run.id), ...options });
  const retry = useMutation({ mutationFn: () => api.runs.retry(run.id), ...options });
  if (!mayWrite) return null;
  const problem = cancel.error ?? retry.error;
  const { limits } = run.budget;
  const canRaise = limits !== null && (run.status === "running" || run.error?.code === "budget_spent");
  const canRetry =
    run.error?.code !== "budget_spent" && run.tasks.failed > 0 && (run.status === "failed" || run.status === "running");
  return (
    <>
      {problem && (
        <Text size="sm" c="red" role="alert" className="foreign">
          {problem.message}
        </Text>
      )}
      {canRetry && (
        <Button loading={retry.isPending} onClick={() => retry.mutate()}>
          {words.retry(run.tasks.failed)}
        </Button>
      )}
      {canRaise && <RaiseBudget run={run} limits={limits} />}
      {(run.status === "queued" || run.status === "running") && (
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          {words.cancel}
        </Button>
      )}
    </>
  );
}
