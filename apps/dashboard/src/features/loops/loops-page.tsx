import { Anchor, Button, Checkbox, Text } from "@mantine/core";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Loop } from "@whetstone/schemas/api";
import { BudgetShare } from "../../components/budget-bars.tsx";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Page } from "../../components/page.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { strings } from "../../strings.ts";
import { toPercent, toRange } from "./format.ts";
import { LoopStatusBadge } from "./loop-status.tsx";
import { loopsQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/loops");
const maxCompared = 8;

/** All loops; up to eight can be chosen and compared. What is chosen stands in the address. */
export function LoopsPage() {
  const { chosen = [] } = route.useSearch();
  const navigate = useNavigate({ from: "/loops" });
  const toggle = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id].slice(-maxCompared);
    void navigate({ search: next.length > 0 ? { chosen: next } : {}, replace: true, resetScroll: false });
  };

  const columns: Column<Loop>[] = [
    {
      title: words.choose,
      cell: ({ id, name }) => (
        <Checkbox
          size="xs"
          checked={chosen.includes(id)}
          onChange={() => toggle(id)}
          aria-label={`${words.choose} ${name}`}
        />
      ),
    },
    {
      title: strings.common.name,
      cell: ({ id, name }) => (
        <Anchor component={Link} to={`/loops/${id}`} size="sm" fw={500} className="foreign">
          {name}
        </Anchor>
      ),
    },
    { title: words.method, cell: ({ method }) => method },
    { title: strings.common.status, cell: ({ status }) => <LoopStatusBadge status={status} /> },
    { title: words.iterations, isNumber: true, cell: ({ iteration: { done, total } }) => `${done} / ${total}` },
    { title: words.verified, isNumber: true, cell: (loop) => <Verified loop={loop} /> },
    { title: words.spent, cell: ({ budget }) => <BudgetShare budget={budget} /> },
    { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
  ];

  return (
    <Page
      title={strings.nav.loops}
      guide="loops"
      actions={
        <Button
          disabled={chosen.length < 2}
          onClick={() => void navigate({ to: "/loops/compare", search: { ids: chosen } })}
        >
          {words.compare(chosen.length)}
        </Button>
      }
    >
      <PagedTable
        query={loopsQuery}
        columns={columns}
        label={strings.nav.loops}
        empty={<Empty title={words.none} lead={words.noneLead} command={words.example} />}
      />
    </Page>
  );
}

function Verified({ loop: { verified } }: { loop: Loop }) {
  if (!verified) return "–";
  return (
    <>
      {toPercent(verified.value)}
      <Text span size="xs" c="dimmed" className="tabular" ml={6}>
        {toRange(verified)}
      </Text>
    </>
  );
}
