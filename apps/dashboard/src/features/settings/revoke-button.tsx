import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ApiKey } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { keysQuery } from "./queries.ts";
import { words } from "./words.ts";

/** Asks before it revokes: that can't be undone. */
export function RevokeButton({ apiKey: { id, name } }: { apiKey: ApiKey }) {
  const [isOpen, { open, close }] = useDisclosure();
  const cache = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.keys.revoke(id),
    onSuccess: async () => {
      close();
      await cache.invalidateQueries({ queryKey: keysQuery.queryKey });
    },
  });
  return (
    <>
      <Button variant="subtle" color="red" size="compact-xs" onClick={open}>
        {words.revoke}
      </Button>
      <Modal opened={isOpen} onClose={close} title={words.revoke} centered>
        <Text size="sm" className="foreign">
          {words.revokeSure(name)}
        </Text>
        {error && (
          <Text size="sm" c="red" role="alert">
            {error.message}
          </Text>
        )}
        <Group mt="md" justify="flex-end">
          <Button variant="default" onClick={close}>
            {words.cancel}
          </Button>
          <Button color="red" loading={isPending} onClick={() => mutate()}>
            {words.revoke}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
