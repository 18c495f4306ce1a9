import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Webhook } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { strings } from "../../strings.ts";
import { NewWebhookDialog } from "./new-webhook-dialog.tsx";
import { webhooksQuery } from "./queries.ts";
import { words } from "./words.ts";

const columns: Column<Webhook>[] = [
  { title: words.url, cell: ({ url }) => <Text className="foreign">{url}</Text> },
  { title: words.events, cell: ({ events }) => <Text size="xs">{events.join(", ")}</Text> },
  {
    title: strings.common.status,
    cell: ({ status, disabledReason }) => (
      <Badge
        variant="light"
        color={status === "enabled" ? "green" : "red"}
        tt="none"
        title={disabledReason ?? undefined}
      >
        {status}
      </Badge>
    ),
  },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
  { title: words.test, cell: (webhook) => <TestButton webhook={webhook} /> },
];

export function WebhooksTable() {
  const [isOpen, { open, close }] = useDisclosure();
  const mayWrite = useScope("webhooks:write");
  return (
    <Stack>
      {mayWrite && (
        <Group justify="flex-end">
          <Button onClick={open}>{words.newWebhook}</Button>
        </Group>
      )}
      <NewWebhookDialog isOpen={isOpen} onClose={close} />
      <PagedTable
        query={webhooksQuery}
        columns={columns}
        label={words.webhooks}
        empty={<Empty title={words.noWebhooks} lead={words.noWebhooksLead} command={words.webhookExample} />}
      />
    </Stack>
  );
}

function TestButton({ webhook: { id, status } }: { webhook: Webhook }) {
  const cache = useQueryClient();
  const mayWrite = useScope("webhooks:write");
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.webhooks.test(id),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  if (!mayWrite || status !== "enabled") return null;
  return (
    <Button variant="subtle" size="compact-xs" loading={isPending} onClick={() => mutate()}>
      {words.test}
    </Button>
  );
}
