import { ActionIcon, Anchor, Button, Center, Group, Select, Stack, Switch, Text, Tooltip } from "@mantine/core";
import { IconArrowsExchange } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { SamplePair, Version } from "@whetstone/schemas/api";
import { Page } from "../../components/page.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import type { PairsSearch } from "../../lib/version-search.ts";
import { strings } from "../../strings.ts";
import { PairCard } from "./pair-card.tsx";
import { PairRow } from "./pair-row.tsx";
import { isSame } from "./pair-texts.ts";
import { pairsQuery, siblingsQuery, versionQuery } from "./queries.ts";
import { VersionsTable } from "./versions-table.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/versions/$versionId/with/$otherId");

/** Two versions side by side: what they hold as a whole, then sample by sample what became of each. */
export function PairsPage() {
  const { versionId, otherId } = route.useParams();
  const [one, other] = [useQuery(versionQuery(versionId)), useQuery(versionQuery(otherId))];
  const error = one.error ?? other.error;
  if (error) return <LoadError error={error} onRetry={() => void Promise.all([one.refetch(), other.refetch()])} />;
  if (!one.data || !other.data) return <PageLoading />;
  return (
    <Page title={words.beside(one.data.number, other.data.number)} guide="select">
      <Chooser one={one.data} other={other.data} />
      <VersionsTable one={one.data} other={other.data} />
      <Pairs one={one.data} other={other.data} />
    </Page>
  );
}

/** Which two of the dataset's versions; the address holds them. */
function Chooser({ one, other }: { one: Version; other: Version }) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { data } = useQuery(siblingsQuery(one.datasetId));
  const known = [...(data?.data ?? []), one, other];
  const choices = [...new Map(known.map(({ id, number }) => [id, words.title(number)]))].map(([value, label]) => ({
    value,
    label,
  }));
  const open = (versionId: string, otherId: string) =>
    void navigate({ to: "/versions/$versionId/with/$otherId", params: { versionId, otherId }, search });
  return (
    <Group gap="xs" align="end">
      <Select
        label={words.from}
        data={choices}
        value={one.id}
        allowDeselect={false}
        w={150}
        onChange={(id) => id && open(id, other.id)}
      />
      <Tooltip label={words.swap}>
        <ActionIcon variant="default" size={36} aria-label={words.swap} onClick={() => open(other.id, one.id)}>
          <IconArrowsExchange size={16} />
        </ActionIcon>
      </Tooltip>
      <Select
        label={words.to}
        data={choices}
        value={other.id}
        allowDeselect={false}
        w={150}
        onChange={(id) => id && open(one.id, id)}
      />
      <Anchor component={Link} to={`/datasets/${one.datasetId}`} size="sm" pb={8}>
        {words.dataset}
      </Anchor>
    </Group>
  );
}

function Pairs({ one, other }: { one: Version; other: Version }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/versions/$versionId/with/$otherId" });
  const change = (part: PairsSearch, replace: boolean) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace, resetScroll: false });
  const pairs = useInfiniteQuery(pairsQuery(one.id, { with: other.id, filter: search.filter }));
  if (pairs.error && !pairs.data) return <LoadError error={pairs.error} onRetry={() => void pairs.refetch()} />;
  if (!pairs.data) return <PageLoading />;
  const all = pairs.data.pages.flatMap(({ data }) => data);
  const shown = search.changed === true ? all.filter((pair) => !isSame(pair)) : all;
  const place = shown.findIndex(({ sample }) => sample.uid === search.uid);
  const step = (by: -1 | 1) => {
    const next: SamplePair | undefined = shown[place + by];
    if (next) change({ uid: next.sample.uid }, true);
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {words.pairsShown(shown.length, all.length, one.sampleCount)}
        </Text>
        <Switch
          label={words.onlyChanged}
          checked={search.changed === true}
          onChange={(event) => change({ changed: event.currentTarget.checked || undefined }, true)}
        />
      </Group>
      {all.length === 0 && <Empty title={words.noSamples} lead={words.noSamplesLead} />}
      {all.length > 0 && shown.length === 0 && <Text>{words.noneChanged}</Text>}
      {shown.map((pair) => (
        <PairRow
          key={pair.cursor}
          pair={pair}
          number={other.number}
          onOpen={() => change({ uid: pair.sample.uid }, false)}
        />
      ))}
      {pairs.hasNextPage && (
        <Center>
          <Button variant="default" loading={pairs.isFetchingNextPage} onClick={() => void pairs.fetchNextPage()}>
            {strings.states.more}
          </Button>
        </Center>
      )}
      {search.uid !== undefined && (
        <PairCard
          one={one}
          other={other}
          uid={search.uid}
          onClose={() => change({ uid: undefined }, true)}
          onStep={step}
        />
      )}
    </Stack>
  );
}
