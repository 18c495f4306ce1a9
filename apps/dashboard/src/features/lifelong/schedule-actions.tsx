import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Schedule } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { scheduleQuery } from "./queries.ts";
import { words } from "./words.ts";

/** Runs a schedule now, pauses it or lets it go on, deletes it after asking. */
export function ScheduleActions({ schedule: { id, name, isPaused } }: { schedule: Schedule }) {
  const [isOpen, { open, close }] = useDisclosure();
  const mayWrite = useScope("reports:write");
  const cache = useQueryClient();
  const navigate = useNavigate();
  const refresh = () => cache.invalidateQueries({ queryKey: ["schedules"] });
  const run = useMutation({ mutationFn: () => api.schedules.run(id), onSuccess: refresh });
  const pause = useMutation({
    mutationFn: () => api.schedules.update(id, { isPaused: !isPaused }),
    onSuccess: (changed) => {
      cache.setQueryData(scheduleQuery(id).queryKey, changed);
      return refresh();
    },
  });
  const remove = useMutation({
    mutationFn: () => api.schedules.delete(id),
    onSuccess: async () => {
      await navigate({ to: "/schedules" });
      await refresh();
    },
  });
  if (!mayWrite) return null;
  const problem = run.error ?? pause.error ?? remove.error;
  return (
    <>
      {problem && (
        <Text size="sm" c="red" role="alert" className="foreign">
          {problem.message}
        </Text>
      )}
      <Button loading={run.isPending} onClick={() => run.mutate()}>
        {words.runNow}
      </Button>
      <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
        {isPaused ? words.resume : words.pause}
      </Button>
      <Button variant="subtle" color="red" onClick={open}>
        {words.remove}
      </Button>
      <Modal opened={isOpen} onClose={close} title={words.remove} closeButtonProps={{ "aria-label": words.cancel }}>
        <Text size="sm" className="foreign">
          {words.removeSure(name)}
        </Text>
        <Group mt="md" justify="flex-end">
          <Button variant="default" onClick={close}>
            {words.cancel}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {words.remove}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
