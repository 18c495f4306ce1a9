import { Code, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Run } from "@whetstone/schemas/api";
import { toCount } from "../../lib/numbers.ts";
import { failuresQuery } from "./queries.ts";
import { words } from "./words.ts";

/** What went wrong in a run, grouped by code; nothing is drawn while nothing did. */
export function FailuresTable({ run }: { run: Run }) {
  const { data = [] } = useQuery(failuresQuery(run));
  if (data.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={2}>{words.failures}</Title>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label={words.failures}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.code}</Table.Th>
              <Table.Th ta="right">{words.failed}</Table.Th>
              <Table.Th ta="right">{words.retried}</Table.Th>
              <Table.Th>{words.example}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map(({ code, failedTasks, retriedAttempts, message, examples }) => (
              <Table.Tr key={code}>
                <Table.Td>
                  <Code>{code}</Code>
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {toCount(failedTasks)}
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {toCount(retriedAttempts)}
                </Table.Td>
                <Table.Td>
                  <Text size="xs" className="foreign">
                    {message} <Text span c="dimmed">{`(${words.task.toLowerCase()} ${examples.join(", ")})`}</Text>
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
