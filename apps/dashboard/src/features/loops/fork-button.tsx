import { Button, Modal, NumberInput, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Loop } from "@whetstone/schemas/api";
import { useState } from "react";
import { ActionForm } from "../../components/action-form.tsx";
import { api } from "../../lib/api.ts";
import { words } from "./words.ts";

interface Props {
  loop: Loop;
  iteration: number;
  label: string;
}

/** Asks for a loop that begins with what an iteration left, and goes to it. */
export function ForkButton({ loop, iteration, label }: Props) {
  const [isOpen, { open, close }] = useDisclosure();
  const [name, setName] = useState(`${loop.name}, from iteration ${iteration}`.slice(0, 200));
  const [rounds, setRounds] = useState<number | string>(loop.iteration.total);
  const [seed, setSeed] = useState<number | string>(Number(loop.request["seed"] ?? 0));
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.loops.fork(loop.id, { iteration, name, iterations: Number(rounds), seed: Number(seed) }),
    onSuccess: async ({ id }) => {
      close();
      await cache.invalidateQueries({ queryKey: ["loops"] });
      await navigate({ to: "/loops/$loopId", params: { loopId: id } });
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        {label}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.forkFrom(iteration)}
        closeButtonProps={{ "aria-label": words.close }}
      >
        <ActionForm
          action={words.fork}
          isReady={name.trim() !== "" && Number(rounds) >= 1}
          isPending={isPending}
          error={error}
          onSubmit={mutate}
        >
          <Text size="sm">{words.forkLead}</Text>
          <TextInput
            label={words.name}
            required
            maxLength={200}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <NumberInput size="xs" label={words.rounds} required min={1} max={1000} value={rounds} onChange={setRounds} />
          <NumberInput size="xs" label={words.seed} required min={0} value={seed} onChange={setSeed} />
        </ActionForm>
      </Modal>
    </>
  );
}
