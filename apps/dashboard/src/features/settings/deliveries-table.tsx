import { Badge, Button, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { WebhookDelivery } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { strings } from "../../strings.ts";
import { deliveriesQuery } from "./queries.ts";
import { words } from "./words.ts";

const colours = { pending: "blue", delivered: "green", dead: "red" } as const;

const columns: Column<WebhookDelivery>[] = [
  { title: words.event, cell: ({ event }) => event.type },
  {
    title: strings.common.status,
    cell: ({ status }) => (
      <Badge variant="light" color={colours[status]} tt="none" radius="sm">
        {status}
      </Badge>
    ),
  },
  { title: words.attempts, isNumber: true, cell: ({ attempts }) => attempts },
  {
    title: words.answer,
    cell: ({ responseStatus, error }) => (
      <Text size="xs" className="foreign">
        {responseStatus ?? ""} {error ?? ""}
      </Text>
    ),
  },
  {
    title: words.next,
    cell: ({ nextAttemptAt }) => (nextAttemptAt === null ? "–" : new Date(nextAttemptAt).toLocaleTimeString("en")),
  },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
  { title: words.redeliver, cell: (delivery) => <RedeliverButton delivery={delivery} /> },
];

export function DeliveriesTable() {
  return (
    <PagedTable
      query={deliveriesQuery}
      columns={columns}
      label={words.deliveries}
      empty={<Empty title={words.noDeliveries} lead={words.noDeliveriesLead} />}
    />
  );
}

function RedeliverButton({ delivery: { id, status } }: { delivery: WebhookDelivery }) {
  const cache = useQueryClient();
  const mayWrite = useScope("webhooks:write");
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.webhooks.redeliver(id),
    onSuccess: () => cache.invalidateQueries({ queryKey: deliveriesQuery.queryKey }),
  });
  if (!mayWrite || status === "pending") return null;
  return (
    <Button variant="subtle" size="compact-xs" loading={isPending} onClick={() => mutate()}>
      {words.redeliver}
    </Button>
  );
}
