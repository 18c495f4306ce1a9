import { ActionIcon, Alert, Box, Button, Group, Select, Skeleton, Stack, Text, Tooltip } from "@mantine/core";
import { IconSortAscending, IconSortDescending } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { Statistics, Version } from "@whetstone/schemas/api";
import { LoadError } from "../../components/states.tsx";
import { useState } from "react";
import { api } from "../../lib/api.ts";
import { toCount } from "../../lib/numbers.ts";
import { useScope } from "../../lib/session.ts";
import { useIsSettled } from "../../lib/use-is-settled.ts";
import type { VersionSearch } from "../../lib/version-search.ts";
import { Facets } from "./facets.tsx";
import classes from "./facets.module.css";
import { FilterBar } from "./filter-bar.tsx";
import { Matches } from "./matches.tsx";
import { columnsQuery, samplesQuery, statisticsQuery } from "./queries.ts";
import { SampleCard } from "./sample-card.tsx";
import { SampleGrid } from "./sample-grid.tsx";
import { SearchBox } from "./search-box.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/versions/$versionId");

/** What of the columns is known: undefined while they are asked for, null where nothing can be known without an index. */
type Columns = Statistics | null | undefined;

/** The samples: filter, order and search above, what the columns hold beside, and the grid. The address says all of it. */
export function SamplesPanel({ version }: { version: Version }) {
  const { filter, sort, order } = route.useSearch();
  // What the columns hold takes the API longer than a page of samples, which must not wait for it, nor its images.
  const { isFetched } = useQuery(samplesQuery(version.id, { filter, sort, order }, undefined));
  const isSettled = useIsSettled(isFetched);
  const columns = useQuery({ ...columnsQuery(version.id), enabled: isSettled });
  if (columns.error) return <LoadError error={columns.error} onRetry={() => void columns.refetch()} />;
  return (
    <Stack gap="sm">
      {columns.data === null && <NoIndex versionId={version.id} />}
      <Explorer version={version} columns={columns.data} />
    </Stack>
  );
}

function Explorer({ version, columns }: { version: Version; columns: Columns }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/versions/$versionId" });
  const change = (part: VersionSearch, replace = true) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace, resetScroll: false });
  const { filter, sort, order, near, uid } = search;
  const [areFacetsOpen, setFacetsOpen] = useState(false);
  const filtered = useQuery({
    ...statisticsQuery(version.id, filter ?? ""),
    enabled: columns !== null && filter !== undefined,
  });
  // A filter that can't be used has no figures of its own; what there is to filter by stays.
  const statistics = filter === undefined || filtered.isError ? columns : filtered.data;
  const shown = {
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { sort }),
    ...(order === undefined ? {} : { order }),
  };
  const total = filter === undefined ? version.sampleCount : filtered.data?.matchedCount;
  const isFresh = filter === undefined || !filtered.isPlaceholderData;
  const setFilter = (next: string) => change({ filter: next === "" ? undefined : next });
  const renderOpen = (open: string, step: (by: -1 | 1) => void) => (
    <SampleCard version={version} uid={open} onClose={() => change({ uid: undefined })} onStep={step} />
  );

  return (
    <div className={columns === null ? undefined : classes.layout}>
      {columns !== null && (
        <div>
          <Button
            variant="default"
            hiddenFrom="md"
            aria-expanded={areFacetsOpen}
            onClick={() => setFacetsOpen(!areFacetsOpen)}
          >
            {words.facets}
          </Button>
          <div className={classes.side} data-open={areFacetsOpen || undefined}>
            {statistics ? (
              <Facets statistics={statistics} filter={filter ?? ""} onFilter={setFilter} />
            ) : (
              <FacetsLoading />
            )}
          </div>
        </div>
      )}
      <Stack gap="sm">
        {columns === undefined && <Skeleton height={30} animate={false} />}
        {columns && <FilterBar columns={columns.columns} filter={filter ?? ""} onChange={setFilter} />}
        <Group gap="xs" justify="space-between">
          <Text size="sm" c="dimmed" className="tabular" role="status">
            <Count
              total={isFresh ? total : undefined}
              of={version.sampleCount}
              isKnowable={columns !== null && !filtered.isError}
            />
          </Text>
          <Group gap="xs">
            <SearchBox version={version} onFound={(run) => change({ near: run }, false)} />
            {columns && <SortMenu columns={columns} search={search} onChange={change} />}
            {columns && <DoubtfulFirst columns={columns} onChange={(part) => change(part, false)} />}
            {filter !== undefined && (
              <Button variant="light" onClick={() => change({ uid: undefined, tab: "select" }, false)}>
                {words.selectThese}
              </Button>
            )}
          </Group>
        </Group>
        {near === undefined ? (
          <SampleGrid
            versionId={version.id}
            shown={shown}
            total={isFresh ? total : undefined}
            openUid={uid}
            onOpen={(sample, isStep) => change({ uid: sample?.uid }, isStep)}
            renderOpen={renderOpen}
          />
        ) : (
          <Matches
            runId={near}
            openUid={uid}
            onOpen={(sample) => change({ uid: sample?.uid }, uid !== undefined)}
            onClose={() => change({ near: undefined })}
            renderOpen={renderOpen}
          />
        )}
      </Stack>
    </div>
  );
}

function Count({ total, of, isKnowable }: { total: number | undefined; of: number; isKnowable: boolean }) {
  if (total !== undefined) return words.countOf(toCount(total), toCount(of));
  return isKnowable && words.counting;
}

function FacetsLoading() {
  return (
    <Stack gap="md" role="status" aria-label={words.counting}>
      {[60, 60, 140, 60].map((height, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- they have no identity but their place
        <Skeleton key={i} height={height} animate={false} />
      ))}
    </Stack>
  );
}

interface SortProps {
  columns: Statistics;
  search: VersionSearch;
  onChange: (part: VersionSearch) => void;
}

function SortMenu({ columns, search: { sort, order = "asc" }, onChange }: SortProps) {
  const next = order === "asc" ? "desc" : "asc";
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        aria-label={words.sortBy}
        placeholder={words.versionOrder}
        data={columns.columns.filter(({ kind }) => kind !== "text").map(({ name }) => name)}
        value={sort ?? null}
        clearable
        w={168}
        onChange={(name) => onChange({ sort: name ?? undefined, order: name === null ? undefined : order })}
      />
      <Tooltip label={words.turnOrder}>
        <ActionIcon variant="default" size={30} aria-label={words.turnOrder} onClick={() => onChange({ order: next })}>
          {order === "asc" ? <IconSortAscending size={16} /> : <IconSortDescending size={16} />}
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

/** What nobody has decided on yet, beginning where the model thinks d- fits as well as d+ or better. */
function DoubtfulFirst({ columns, onChange }: Pick<SortProps, "columns" | "onChange">) {
  const mayReview = useScope("datasets:write");
  if (!mayReview || !columns.columns.some(({ name }) => name === "margin")) return null;
  return (
    <Tooltip label={words.doubtfulFirstLead} multiline w={260}>
      <Button
        variant="default"
        onClick={() => onChange({ filter: "not has review", sort: "margin", order: "asc", uid: undefined })}
      >
        {words.doubtfulFirst}
      </Button>
    </Tooltip>
  );
}

/** A large version that can only be read through: says how to make it searchable, and does it. */
function NoIndex({ versionId }: { versionId: string }) {
  const mayRun = useScope("runs:write");
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: () => api.runs.create({ kind: "index", versionId }),
    onSuccess: (run) => void navigate({ to: `/runs/${run.id}` }),
  });
  return (
    <Alert color="blue" title={words.noIndex}>
      <Text size="sm">{words.noIndexLead}</Text>
      {mayRun && (
        <Box mt="xs">
          <Button loading={start.isPending} onClick={() => start.mutate()}>
            {words.makeIndex}
          </Button>
        </Box>
      )}
      {start.error && (
        <Text size="sm" c="red" role="alert">
          {start.error.message}
        </Text>
      )}
    </Alert>
  );
}
