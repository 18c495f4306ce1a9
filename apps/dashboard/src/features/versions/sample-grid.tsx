import { Loader, Paper, Text, UnstyledButton } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import type { Sample } from "@whetstone/schemas/api";
import { useEffect } from "react";
import { SampleImage } from "../../components/sample-image.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { samplesQuery } from "./queries.ts";
import { SampleCard } from "./sample-card.tsx";
import classes from "./sample-grid.module.css";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/versions/$versionId");
const minCardPx = 168;
const textPx = 76;
const gapPx = 12;

/** All samples of a version, drawn only where one looks; the next page is fetched before the last row is reached. */
export function SampleGrid({ versionId }: { versionId: string }) {
  const { uid } = route.useSearch();
  const navigate = useNavigate({ from: "/versions/$versionId" });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    samplesQuery(versionId),
  );
  const { ref, width } = useElementSize();
  const samples = data?.pages.flatMap((page) => page.data) ?? [];
  const columns = Math.max(2, Math.floor((width + gapPx) / (minCardPx + gapPx)));
  const cardPx = Math.floor((width - gapPx * (columns - 1)) / columns);
  const rows = useWindowVirtualizer({
    count: Math.ceil(samples.length / columns),
    estimateSize: () => cardPx + textPx + gapPx,
    overscan: 3,
  });
  useEffect(() => rows.measure(), [rows, cardPx]);
  const lastRow = rows.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastRow >= rows.options.count - 3) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, lastRow, rows.options.count, fetchNextPage]);

  if (error && !data) return <LoadError error={error} onRetry={() => void refetch()} />;
  const show = (next: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, uid: next }), replace: uid !== undefined, resetScroll: false });
  const place = samples.findIndex((sample) => sample.uid === uid);

  return (
    <div ref={ref}>
      {!data && <PageLoading />}
      {data && samples.length === 0 && <Empty title={words.noSamples} lead={words.noSamplesLead} />}
      <div className={classes.sheet} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => (
          <div
            key={row.key}
            className={classes.row}
            style={{
              transform: `translateY(${row.start}px)`,
              gridTemplateColumns: `repeat(${columns}, ${cardPx}px)`,
            }}
          >
            {samples.slice(row.index * columns, (row.index + 1) * columns).map((sample) => (
              <Card key={sample.uid} sample={sample} onOpen={() => show(sample.uid)} />
            ))}
          </div>
        ))}
      </div>
      {isFetchingNextPage && <Loader type="dots" mx="auto" display="block" />}
      {uid !== undefined && (
        <SampleCard
          versionId={versionId}
          uid={uid}
          onClose={() => show(undefined)}
          onStep={(by) => {
            const next = samples[place + by];
            if (place >= 0 && next) show(next.uid);
          }}
        />
      )}
    </div>
  );
}

function Card({ sample, onOpen }: { sample: Sample; onOpen: () => void }) {
  const text = sample.refinement?.positiveDescription ?? sample.text;
  return (
    <Paper withBorder className={classes.card}>
      <UnstyledButton onClick={onOpen} className={classes.open} aria-label={text.slice(0, 200) || words.emptyText}>
        <SampleImage sample={sample} alt="" />
        <Text size="xs" lineClamp={3} p={6} dir="auto">
          {text || words.emptyText}
        </Text>
      </UnstyledButton>
    </Paper>
  );
}
