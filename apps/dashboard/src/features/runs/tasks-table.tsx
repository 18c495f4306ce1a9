import { Badge, Text } from "@mantine/core";
import type { Task } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty } from "../../components/states.tsx";
import { toCount } from "../../lib/numbers.ts";
import { strings } from "../../strings.ts";
import { tasksQuery } from "./queries.ts";
import { words } from "./words.ts";

const colours = { queued: "gray", leased: "blue", succeeded: "green", failed: "red", cancelled: "gray" } as const;

const columns: Column<Task>[] = [
  { title: words.task, isNumber: true, cell: ({ index }) => toCount(index) },
  {
    title: strings.common.status,
    cell: ({ status }) => (
      <Badge variant="light" color={colours[status]} tt="none" radius="sm">
        {status}
      </Badge>
    ),
  },
  { title: words.attempt, isNumber: true, cell: ({ attempt, maxAttempts }) => `${attempt} / ${maxAttempts}` },
  {
    title: words.progress,
    isNumber: true,
    cell: ({ progress }) => (progress ? `${toCount(progress.done)} / ${toCount(progress.total)}` : "–"),
  },
  { title: words.runner, cell: ({ runnerId }) => (runnerId === null ? "–" : <ShortId id={runnerId} />) },
  {
    title: words.problem,
    cell: ({ error }) =>
      error && (
        <Text size="xs" c="red" className="foreign">
          {error.code}: {error.message}
        </Text>
      ),
  },
];

export function TasksTable({ runId }: { runId: string }) {
  return (
    <PagedTable
      query={tasksQuery(runId)}
      columns={columns}
      label={words.tasks}
      empty={<Empty title={words.noTasks} lead={words.noTasksLead} />}
    />
  );
}
