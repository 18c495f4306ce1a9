import { Button, Modal, NumberInput, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Run, RunBudget } from "@whetstone/schemas/api";
import { useState } from "react";
import { ActionForm } from "../../components/action-form.tsx";
import { api } from "../../lib/api.ts";
import { strings } from "../../strings.ts";
import { runQuery } from "./queries.ts";
import { words } from "./words.ts";

const { budget: names } = strings;

/** Goes on with a run that has spent its budget, or gives a running one more: twice as much unless one says otherwise. */
export function RaiseBudget({ run, limits }: { run: Run; limits: RunBudget }) {
  const cache = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  const [raised, setRaised] = useState(() => doubled(limits));
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.runs.retry(run.id, { budget: raised }),
    onSuccess: (changed: Run) => {
      setIsOpen(false);
      cache.setQueryData(runQuery(run.id).queryKey, changed);
      return cache.invalidateQueries({ queryKey: ["runs", run.id] });
    },
  });
  const { money, runnerSeconds, tokens } = raised;
  return (
    <>
      <Button variant={run.status === "failed" ? "filled" : "default"} onClick={() => setIsOpen(true)}>
        {words.raise}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.raise}
        centered
        closeButtonProps={{ "aria-label": strings.common.cancel }}
      >
        <ActionForm action={words.goOn} isReady isPending={isPending} error={error} onSubmit={mutate}>
          <Text size="sm">{words.raiseLead}</Text>
          {money !== undefined && (
            <NumberInput
              size="xs"
              label={`${names.money} (${money.currency})`}
              min={0}
              value={money.amount}
              onChange={(amount) => setRaised({ ...raised, money: { ...money, amount: Number(amount) } })}
              required
            />
          )}
          {runnerSeconds !== undefined && (
            <NumberInput
              size="xs"
              label={words.runnerSeconds}
              min={0}
              value={runnerSeconds}
              onChange={(value) => setRaised({ ...raised, runnerSeconds: Number(value) })}
              required
            />
          )}
          {tokens !== undefined && (
            <NumberInput
              size="xs"
              label={names.tokens}
              min={1}
              allowDecimal={false}
              value={tokens}
              onChange={(value) => setRaised({ ...raised, tokens: Number(value) })}
              required
            />
          )}
        </ActionForm>
      </Modal>
    </>
  );
}

const doubled = ({ money, runnerSeconds, tokens }: RunBudget): RunBudget => ({
  ...(money ? { money: { ...money, amount: 2 * money.amount } } : {}),
  ...(runnerSeconds === undefined ? {} : { runnerSeconds: 2 * runnerSeconds }),
  ...(tokens === undefined ? {} : { tokens: 2 * tokens }),
});
