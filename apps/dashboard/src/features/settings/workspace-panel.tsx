import { Group, Progress, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ShortId } from "../../components/short-id.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toBytes, toCount } from "../../lib/numbers.ts";
import { workspaceQuery } from "./queries.ts";
import { words } from "./words.ts";

const quotaNames = ["maxActiveRuns", "maxStoredBytes", "maxDatasets", "maxStreams", "maxSchedules"] as const;
/** Percent of a quota from which on it is time to see to it. */
const nearlyFull = 90;

/** The workspace, its limits and how far they are used, and who and what works for it. */
export function WorkspacePanel() {
  const { data, error, refetch } = useQuery(workspaceQuery);
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageLoading />;
  const { id, name, quotas, used, createdAt } = data;
  const limits = quotaNames.map((quota) => {
    const say = quota === "maxStoredBytes" ? toBytes : toCount;
    const share = (100 * used[quota]) / quotas[quota];
    return { what: words[quota], text: words.usedOf(say(used[quota]), say(quotas[quota])), share };
  });
  return (
    <Stack maw={640}>
      <Group gap="sm">
        <Text fw={600} className="foreign">
          {name}
        </Text>
        <ShortId id={id} />
        <Text size="sm" c="dimmed">
          <TimeAgo at={createdAt} />
        </Text>
      </Group>
      <Title order={2}>{words.quotas}</Title>
      <Table variant="vertical" withTableBorder aria-label={words.quotas}>
        <Table.Tbody>
          {limits.map(({ what, text, share }) => (
            <Table.Tr key={what}>
              <Table.Th w={260}>{what}</Table.Th>
              <Table.Td ta="right" className="tabular">
                {text}
                <Progress
                  value={share}
                  size="xs"
                  mt={4}
                  color={share > nearlyFull ? "red" : undefined}
                  aria-label={`${what}: ${text}`}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm">{words.quotasLead}</Text>
      <Title order={2}>{words.secrets}</Title>
      <Text size="sm">{words.secretsLead}</Text>
      <Title order={2}>{words.members}</Title>
      <Text size="sm">{words.membersLead}</Text>
    </Stack>
  );
}
