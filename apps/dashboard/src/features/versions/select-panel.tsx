import { Button, Group, NumberInput, Select, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { Sample, SelectionTrial, Statistics, Version } from "@whetstone/schemas/api";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { api } from "../../lib/api.ts";
import { toCount } from "../../lib/numbers.ts";
import { useScope } from "../../lib/session.ts";
import type { VersionSearch } from "../../lib/version-search.ts";
import { FilterBar } from "./filter-bar.tsx";
import { columnsQuery, trialQuery } from "./queries.ts";
import { Card } from "./sample-grid.tsx";
import classes from "./sample-grid.module.css";
import { SurvivorCurve } from "./survivor-curve.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/versions/$versionId");

/** Which samples go on: the filter and what comes after it, what each step does, examples of both sides, and the next version. */
export function SelectPanel({ version }: { version: Version }) {
  const columns = useQuery(columnsQuery(version.id));
  if (columns.error) return <LoadError error={columns.error} onRetry={() => void columns.refetch()} />;
  if (columns.data === undefined) return <PageLoading />;
  if (columns.data === null) return <Text c="dimmed">{words.noIndexLead}</Text>;
  return <Selector version={version} columns={columns.data} />;
}

function Selector({ version, columns }: { version: Version; columns: Statistics }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/versions/$versionId" });
  const change = (part: VersionSearch) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true, resetScroll: false });
  const trial = useQuery(trialQuery(version.id, search));
  const numbers = columns.columns.filter(({ kind }) => kind === "number").map(({ name }) => name);

  return (
    <Stack gap="md">
      <FilterBar
        columns={columns.columns}
        filter={search.filter ?? ""}
        onChange={(filter) => change({ filter: filter === "" ? undefined : filter })}
      />
      <Group gap="lg" align="center">
        <Switch
          label={words.deduplicate}
          checked={search.deduplicate === true}
          onChange={(event) => change({ deduplicate: event.currentTarget.checked || undefined })}
        />
        <Group gap={6} align="center">
          <Text size="sm">{words.keepFirst}</Text>
          <NumberInput
            size="xs"
            w={110}
            min={1}
            allowDecimal={false}
            hideControls
            aria-label={words.howMany}
            placeholder={words.all}
            value={search.topCount ?? ""}
            onChange={(count) => change({ topCount: typeof count === "number" && count > 0 ? count : undefined })}
          />
          <Text size="sm">{words.by}</Text>
          <Select
            aria-label={words.byColumn}
            data={numbers}
            value={search.topColumn ?? null}
            clearable
            onChange={(name) => change({ topColumn: name ?? undefined })}
          />
          <Select
            aria-label={words.direction}
            w={110}
            data={[
              { value: "desc", label: words.highest },
              { value: "asc", label: words.lowest },
            ]}
            value={search.order ?? "desc"}
            onChange={(order) => change({ order: order === "asc" ? "asc" : "desc" })}
          />
        </Group>
      </Group>
      {trial.error && <LoadError error={trial.error} onRetry={() => void trial.refetch()} />}
      {trial.isPending && <PageLoading />}
      {trial.data && !trial.error && <Trial version={version} trial={trial.data} search={search} />}
    </Stack>
  );
}

function Trial({ version, trial, search }: { version: Version; trial: SelectionTrial; search: VersionSearch }) {
  const { survivors, rowCount, steps } = trial;
  const share = rowCount === 0 ? 0 : (survivors / rowCount) * 100;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text fw={600} className="tabular" role="status">
          {words.keeps(toCount(survivors), toCount(rowCount), share.toFixed(1))}
        </Text>
        <SaveButton version={version} search={search} isEmpty={survivors === 0} />
      </Group>
      {steps.length > 0 && (
        <Table.ScrollContainer minWidth={520}>
          <Table aria-label={words.steps}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.step}</Table.Th>
                <Table.Th ta="right">{words.alone}</Table.Th>
                <Table.Th ta="right">{words.onlyThis}</Table.Th>
                <Table.Th w="34%">{words.left}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {steps.map((step) => (
                <Table.Tr key={step.label}>
                  <Table.Td>
                    <Text size="xs" ff="monospace" className="foreign">
                      {step.label}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="right" className="tabular">
                    {toCount(step.alone)}
                  </Table.Td>
                  <Table.Td ta="right" className="tabular">
                    {toCount(step.removedByItAlone)}
                  </Table.Td>
                  <Table.Td>
                    <div className={classes.funnel}>
                      <span style={{ width: `${rowCount === 0 ? 0 : (step.survivors / rowCount) * 100}%` }} />
                      <b>{toCount(step.survivors)}</b>
                    </div>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <div className={classes.curves}>
        {steps.map((step) =>
          step.curve && step.curve.length > 1 ? (
            <SurvivorCurve key={step.label} label={step.label} curve={step.curve} rowCount={rowCount} />
          ) : null,
        )}
      </div>
      <Examples title={words.kept} samples={trial.kept} />
      <Examples title={words.dropped} samples={trial.dropped} />
    </Stack>
  );
}

function Examples({ title, samples }: { title: string; samples: Sample[] }) {
  const navigate = useNavigate({ from: "/versions/$versionId" });
  return (
    <div>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {samples.length === 0 && <Text c="dimmed">{words.none}</Text>}
      <div className={classes.examples}>
        {samples.map((sample) => (
          <Card
            key={sample.uid}
            sample={sample}
            sort={undefined}
            onOpen={() => void navigate({ search: (old) => ({ ...old, tab: "samples", uid: sample.uid }) })}
          />
        ))}
      </div>
    </div>
  );
}

function SaveButton({ version, search, isEmpty }: { version: Version; search: VersionSearch; isEmpty: boolean }) {
  const mayRun = useScope("runs:write");
  const navigate = useNavigate();
  const { filter = "", deduplicate = false, topColumn: column, topCount: count, order = "desc" } = search;
  const save = useMutation({
    mutationFn: () =>
      api.runs.create({
        kind: "select",
        versionId: version.id,
        selection: {
          filter,
          deduplicate,
          ...(column !== undefined && count !== undefined ? { top: { column, count, order } } : {}),
        },
      }),
    onSuccess: (run) => void navigate({ to: `/runs/${run.id}` }),
  });
  if (!mayRun) return null;
  return (
    <Group gap="xs">
      {save.error && (
        <Text size="sm" c="red" role="alert">
          {save.error.message}
        </Text>
      )}
      <Button disabled={isEmpty} loading={save.isPending} onClick={() => save.mutate()}>
        {words.save}
      </Button>
    </Group>
  );
}
