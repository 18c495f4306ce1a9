import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Model } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { strings } from "../../strings.ts";
import { modelsQuery } from "./queries.ts";
import { words } from "./words.ts";

const columns: Column<Model>[] = [
  {
    title: strings.common.name,
    cell: ({ id, name }) => (
      <Anchor component={Link} to={`/models/${id}`} size="sm" fw={500}>
        {name}
      </Anchor>
    ),
  },
  { title: words.number, isNumber: true, cell: ({ number }) => number },
  { title: words.origin, cell: ({ runId }) => (runId === null ? words.uploaded : words.trained) },
  { title: strings.common.id, cell: ({ id }) => <ShortId id={id} /> },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

export function ModelsPage() {
  return (
    <Page title={strings.nav.models} guide="train">
      <PagedTable
        query={modelsQuery}
        columns={columns}
        label={strings.nav.models}
        empty={<Empty title={words.none} lead={words.noneLead} command={words.push} />}
      />
    </Page>
  );
}
