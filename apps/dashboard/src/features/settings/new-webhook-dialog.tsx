import { Alert, Code, Modal, MultiSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CreateWebhook, eventTypes } from "@whetstone/schemas/api";
import { useState } from "react";
import { ActionForm } from "../../components/action-form.tsx";
import { api } from "../../lib/api.ts";
import { webhooksQuery } from "./queries.ts";
import { words } from "./words.ts";

const offered = eventTypes.filter((type) => type !== "webhook.test");

/** Asks an address to be told of events, and shows what its messages are signed with, once. */
export function NewWebhookDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const cache = useQueryClient();
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<string[]>([]);
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: () => api.webhooks.create(CreateWebhook.parse({ url, events })),
    onSuccess: () => cache.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  const close = () => {
    reset();
    setUrl("");
    setEvents([]);
    onClose();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={words.newWebhook}
      centered
      closeButtonProps={{ "aria-label": words.cancel }}
    >
      {data ? (
        <Alert color="green" title={words.secretOnce}>
          <Code block className="foreign">
            {data.secret}
          </Code>
        </Alert>
      ) : (
        <ActionForm
          action={words.makeWebhook}
          isReady={events.length > 0 && url !== ""}
          isPending={isPending}
          error={error}
          onSubmit={mutate}
        >
          <TextInput
            label={words.url}
            type="url"
            placeholder="https://example.com/hook"
            value={url}
            onChange={({ currentTarget }) => setUrl(currentTarget.value)}
            required
            data-autofocus
          />
          <MultiSelect label={words.events} data={offered} value={events} onChange={setEvents} required />
        </ActionForm>
      )}
    </Modal>
  );
}
