import { Badge, Text } from "@mantine/core";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty } from "../../components/states.tsx";
import { rejectsQuery, type RejectRow } from "./queries.ts";
import { words } from "./words.ts";

const columns: Column<RejectRow>[] = [
  {
    title: words.code,
    cell: ({ code }) => (
      <Badge variant="light" color="red" tt="none" radius="sm">
        {code}
      </Badge>
    ),
  },
  { title: words.stage, cell: ({ stage }) => stage },
  { title: words.source, cell: ({ source }) => <Text className="foreign">{source}</Text> },
  { title: words.detail, cell: ({ detail }) => <Text className="foreign">{detail}</Text> },
];

export function RejectsTable({ versionId }: { versionId: string }) {
  return (
    <PagedTable
      query={rejectsQuery(versionId)}
      columns={columns}
      label={words.rejects}
      empty={<Empty title={words.noRejects} lead={words.noRejectsLead} />}
    />
  );
}
