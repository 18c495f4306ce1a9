import { Alert, Group, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { ReportLifetime, StreamCurves } from "@whetstone/schemas/api";
import { useCallback, useMemo } from "react";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { ExperiencesDrawer } from "./experiences-drawer.tsx";
import type { Place } from "./place.ts";
import { curvesQuery, lifetimesQuery, streamQuery } from "./queries.ts";
import { SubjectCharts } from "./subject-charts.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/streams/$streamId");

/** What a stream's learners lived through: metrics, curves, transfers; a click on a point leads to its experiences and their run. */
export function StreamPage() {
  const { streamId } = route.useParams();
  const { lifetime, measure, block, task, of } = route.useSearch();
  const navigate = useNavigate({ from: "/streams/$streamId" });
  const { data: stream, error, refetch } = useQuery(streamQuery(streamId));
  const { data: lifetimes = [] } = useQuery(lifetimesQuery(streamId));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!stream) return <PageLoading />;

  return (
    <Page
      title={stream.name}
      guide="streams"
      actions={
        <>
          <ShortId id={stream.id} />
          <Select
            aria-label={words.lifetime}
            data={lifetimes.map(({ name }) => name)}
            value={lifetime ?? null}
            placeholder={words.latest}
            clearable
            searchable
            onChange={(next) => void navigate({ search: (before) => ({ ...before, lifetime: next ?? undefined }) })}
          />
          {stream.metricsColumns.length > 1 && (
            <Select
              aria-label={words.measure}
              data={stream.metricsColumns}
              value={measure ?? stream.metricsColumns[0] ?? null}
              allowDeselect={false}
              onChange={(next) => void navigate({ search: (before) => ({ ...before, measure: next ?? undefined }) })}
            />
          )}
        </>
      }
    >
      <Curves streamId={streamId} lifetime={lifetime} measure={measure} />
      {block !== undefined && of !== undefined && (
        <ExperiencesDrawer
          streamId={streamId}
          place={{ lifetime: of, blockNum: block, taskName: task }}
          onClose={() =>
            void navigate({
              search: (before) => ({ ...before, block: undefined, task: undefined, of: undefined }),
              resetScroll: false,
            })
          }
        />
      )}
    </Page>
  );
}

function Curves({
  streamId,
  lifetime,
  measure,
}: {
  streamId: string;
  lifetime: string | undefined;
  measure: string | undefined;
}) {
  const navigate = useNavigate({ from: "/streams/$streamId" });
  const { data, error, refetch } = useQuery(curvesQuery(streamId, { lifetime, perfMeasure: measure }));
  const open = useCallback(
    ({ name }: ReportLifetime, { block, task }: Place) =>
      void navigate({ search: (before) => ({ ...before, block, task, of: name }), resetScroll: false }),
    [navigate],
  );
  const subjects = useMemo(() => (data?.subject ? [data.subject] : []), [data]);
  if (error && !data) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageLoading />;
  return (
    <>
      <Skipped skipped={data.skipped} />
      {subjects.length === 0 ? (
        <Empty title={words.nothingToDraw} lead={words.nothingToDrawLead} />
      ) : (
        <SubjectCharts subjects={subjects} onPick={open} />
      )}
    </>
  );
}

function Skipped({ skipped }: Pick<StreamCurves, "skipped">) {
  if (skipped.length === 0) return null;
  return (
    <Alert color="yellow" title={words.notDrawn}>
      {skipped.map(({ lifetime, reason }) => (
        <Group key={lifetime} gap="xs">
          <Text size="sm" className="foreign">
            {lifetime}: {reason}
          </Text>
        </Group>
      ))}
    </Alert>
  );
}
