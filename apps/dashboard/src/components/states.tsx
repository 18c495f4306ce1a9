import { Alert, Anchor, Button, Center, Code, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link, useRouter } from "@tanstack/react-router";
import { ApiError } from "@whetstone/schemas/client";
import type { ReactNode } from "react";
import { strings } from "../strings.ts";

const { states } = strings;

export function PageLoading() {
  return (
    <Center mih="40vh" role="status" aria-label={states.loading} className="late">
      <Loader type="dots" />
    </Center>
  );
}

/** What failed, in the API's own words, with the request's id to quote. */
export function LoadError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 404) return <NotFound />;
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={states.failed} role="alert">
      <Text size="sm" className="foreign">
        {error instanceof Error ? error.message : String(error)}
      </Text>
      <Group mt="sm">
        <Button variant="light" color="red" onClick={onRetry}>
          {states.retry}
        </Button>
        {requestId !== null && (
          <Text size="xs" c="dimmed">
            {states.requestId} {requestId}
          </Text>
        )}
      </Group>
    </Alert>
  );
}

export function PageError({ error }: { error: unknown }) {
  const router = useRouter();
  return <LoadError error={error} onRetry={() => void router.invalidate()} />;
}

export function NotFound() {
  return (
    <Empty title={states.notFound} lead={states.notFoundLead}>
      <Anchor component={Link} to="/datasets">
        {states.home}
      </Anchor>
    </Empty>
  );
}

/** A list with nothing in it: says why, and what to do next, as a command where there is one. */
export function Empty({
  title,
  lead,
  command,
  children,
}: {
  title: string;
  lead: string;
  command?: string;
  children?: ReactNode;
}) {
  return (
    <Center mih="30vh">
      <Stack align="center" gap="xs" maw={480} ta="center">
        <Title order={2}>{title}</Title>
        <Text c="dimmed">{lead}</Text>
        {command !== undefined && (
          <Code block ta="left">
            {command}
          </Code>
        )}
        {children}
      </Stack>
    </Center>
  );
}
