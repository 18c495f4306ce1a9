import { Anchor, Drawer, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Experience } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty } from "../../components/states.tsx";
import { toCount } from "../../lib/numbers.ts";
import { type BlockOf, experiencesQuery } from "./queries.ts";
import { words } from "./words.ts";

type Row = Experience & { id: string };

const columns: Column<Row>[] = [
  { title: words.experience, isNumber: true, cell: ({ expNum }) => toCount(expNum) },
  { title: words.task, cell: ({ taskName }) => <Text size="xs">{taskName}</Text> },
  {
    title: words.value,
    cell: ({ values }) => (
      <Text size="xs" className="foreign tabular">
        {Object.entries(values)
          .filter(([, value]) => value !== null)
          .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : String(value)}`)
          .join(" · ")}
      </Text>
    ),
  },
  {
    title: words.run,
    cell: ({ runId }) =>
      runId === null ? (
        "–"
      ) : (
        <Anchor component={Link} to={`/runs/${runId}`} size="xs">
          {words.toRun}
        </Anchor>
      ),
  },
];

/** What a point of a curve is made of: the experiences of its block, and the run that wrote each. */
export function ExperiencesDrawer({
  streamId,
  place,
  onClose,
}: {
  streamId: string;
  place: BlockOf;
  onClose: () => void;
}) {
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={words.blockTitle(place.blockNum, place.taskName)}
      closeButtonProps={{ "aria-label": words.back }}
    >
      <PagedTable
        query={experiencesQuery(streamId, place)}
        columns={columns}
        label={words.experiences}
        empty={<Empty title={words.noExperiences} lead={words.noExperiencesLead} />}
      />
    </Drawer>
  );
}
