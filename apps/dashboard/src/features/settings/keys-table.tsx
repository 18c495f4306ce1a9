import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ApiKey } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { useScope } from "../../lib/session.ts";
import { strings } from "../../strings.ts";
import { NewKeyDialog } from "./new-key-dialog.tsx";
import { keysQuery } from "./queries.ts";
import { RevokeButton } from "./revoke-button.tsx";
import { words } from "./words.ts";

const shownScopes = 4;

export function KeysTable() {
  const mayWrite = useScope("keys:write");
  const [isOpen, { open, close }] = useDisclosure();
  const columns: Column<ApiKey>[] = [
    {
      title: strings.common.name,
      cell: ({ name }) => (
        <Text size="sm" className="foreign">
          {name}
        </Text>
      ),
    },
    { title: words.prefix, cell: ({ prefix }) => `${prefix}…` },
    { title: words.scopes, cell: ({ scopes }) => <Scopes scopes={scopes} /> },
    {
      title: words.lastUsed,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? words.never : <TimeAgo at={lastUsedAt} />),
    },
    { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
    {
      title: words.revoke,
      cell: (key) => {
        if (key.revokedAt !== null) return words.revoked;
        return mayWrite ? <RevokeButton apiKey={key} /> : null;
      },
    },
  ];

  return (
    <Stack>
      {mayWrite && (
        <Group justify="flex-end">
          <Button onClick={open}>{words.newKey}</Button>
        </Group>
      )}
      <NewKeyDialog isOpen={isOpen} onClose={close} />
      <PagedTable
        query={keysQuery}
        columns={columns}
        label={words.keys}
        empty={<Empty title={words.noKeys} lead={words.noKeysLead} />}
      />
    </Stack>
  );
}

function Scopes({ scopes }: { scopes: string[] }) {
  const rest = scopes.length - shownScopes;
  return (
    <Group gap={4} title={scopes.join("\n")}>
      {scopes.slice(0, shownScopes).map((scope) => (
        <Badge key={scope} variant="default" tt="none" radius="sm" size="sm">
          {scope}
        </Badge>
      ))}
      {rest > 0 && <Text size="xs">+{rest}</Text>}
    </Group>
  );
}
