import { Button, Code, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { words } from "./words.ts";

/** Makes a link to the evaluation's page for someone without a key, and shows it once. */
export function ShareButton({ evaluationId }: { evaluationId: string }) {
  const mayWrite = useScope("evaluations:write");
  const { mutate, isPending, data, error, reset } = useMutation({
    mutationFn: () => api.evaluations.share(evaluationId),
  });
  if (!mayWrite) return null;
  return (
    <>
      <Button variant="default" loading={isPending} onClick={() => mutate()} title={error?.message}>
        {words.share}
      </Button>
      <Modal
        opened={data !== undefined}
        onClose={reset}
        title={words.share}
        closeButtonProps={{ "aria-label": words.close }}
      >
        <Stack>
          <Text size="sm">{words.shareLead}</Text>
          <Code block className="foreign" data-autofocus tabIndex={0}>
            {data?.url}
          </Code>
        </Stack>
      </Modal>
    </>
  );
}
