import { Anchor, Button, Checkbox, Text } from "@mantine/core";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Evaluation } from "@whetstone/schemas/api";
import { maxCompared } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty } from "../../components/states.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { strings } from "../../strings.ts";
import { toFigure, toRange } from "./format.ts";
import { evaluationsQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/evaluations");

/** All evaluations; up to ten can be chosen and compared. What is chosen stands in the address. */
export function EvaluationsPage() {
  const { chosen = [] } = route.useSearch();
  const navigate = useNavigate({ from: "/evaluations" });
  const toggle = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id].slice(-maxCompared);
    void navigate({ search: next.length > 0 ? { chosen: next } : {}, replace: true, resetScroll: false });
  };

  const columns: Column<Evaluation>[] = [
    {
      title: words.choose,
      cell: ({ id, name, status }) => (
        <Checkbox
          size="xs"
          checked={chosen.includes(id)}
          disabled={status !== "succeeded"}
          onChange={() => toggle(id)}
          aria-label={`${words.choose} ${name ?? id}`}
        />
      ),
    },
    {
      title: strings.common.name,
      cell: ({ id, name }) => (
        <Anchor component={Link} to={`/evaluations/${id}`} size="sm" fw={500}>
          {name ?? id.slice(0, 13)}
        </Anchor>
      ),
    },
    { title: words.model, cell: ({ modelId }) => <ShortId id={modelId} /> },
    { title: words.on, cell: ({ versionId, suiteId }) => <ShortId id={suiteId ?? versionId ?? ""} /> },
    { title: words.main, cell: (evaluation) => <MainFigure evaluation={evaluation} /> },
    { title: strings.common.status, cell: ({ status }) => <StatusBadge status={status} /> },
    { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
  ];

  return (
    <Page
      title={strings.nav.evaluations}
      guide="evaluate"
      actions={
        <Button disabled={chosen.length < 2} onClick={() => void navigate({ to: "/compare", search: { ids: chosen } })}>
          {words.compare(chosen.length)}
        </Button>
      }
    >
      <PagedTable
        query={evaluationsQuery}
        columns={columns}
        label={strings.nav.evaluations}
        empty={<Empty title={words.none} lead={words.noneLead} command={words.example} />}
      />
    </Page>
  );
}

function MainFigure({ evaluation: { results, resultCounts } }: { evaluation: Evaluation }) {
  const [result] = results ?? [];
  if (!result?.main) return "–";
  if (resultCounts.total > 1) return `${resultCounts.succeeded} / ${resultCounts.total} ${words.sets.toLowerCase()}`;
  const { metric, value, interval } = result.main;
  return (
    <Text size="sm" className="tabular" title={toRange(interval)}>
      {metric} {toFigure(value)}
    </Text>
  );
}
