import { Badge, Group, Text } from "@mantine/core";
import type { Runner } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toCount } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { runnersQuery } from "./queries.ts";
import { words } from "./words.ts";

const columns: Column<Runner>[] = [
  { title: strings.common.name, cell: ({ name }) => <Text className="foreign">{name}</Text> },
  {
    title: words.does,
    cell: ({ kinds, labels }) => (
      <Group gap={4}>
        {[...kinds, ...labels].map((each) => (
          <Badge key={each} variant="default" tt="none" radius="sm" size="sm">
            {each}
          </Badge>
        ))}
      </Group>
    ),
  },
  { title: words.holds, isNumber: true, cell: ({ leasedTasks }) => toCount(leasedTasks) },
  { title: words.seen, cell: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} /> },
];

/** Who does the workspace's tasks, and when they were last heard of. */
export function RunnersTable() {
  return (
    <PagedTable
      query={runnersQuery}
      columns={columns}
      label={words.runners}
      empty={<Empty title={words.noRunners} lead={words.noRunnersLead} command="npx whetstone up --runners 1" />}
    />
  );
}
