import { Anchor, Group, Tabs, Text } from "@mantine/core";
import { usePrefetchQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Version } from "@whetstone/schemas/api";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { toCount } from "../../lib/numbers.ts";
import { RejectsTable } from "./rejects-table.tsx";
import { SamplesPanel } from "./samples-panel.tsx";
import { SelectPanel } from "./select-panel.tsx";
import { samplesQuery, siblingsQuery, versionQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/versions/$versionId");

/** What a version holds: its samples as a grid, and what was left out and why. */
export function VersionPage() {
  const { versionId } = route.useParams();
  const { tab = "samples", filter, sort, order } = route.useSearch();
  // What the page will ask for as soon as it knows the version need not wait for that.
  usePrefetchQuery(samplesQuery(versionId, { filter, sort, order }, undefined));
  const navigate = useNavigate({ from: "/versions/$versionId" });
  const { data: version, error, refetch } = useQuery(versionQuery(versionId));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!version) return <PageLoading />;

  return (
    <Page title={words.title(version.number)} actions={<ShortId id={version.id} />}>
      <Group gap="md">
        <Anchor component={Link} to={`/datasets/${version.datasetId}`} size="sm">
          {words.dataset}
        </Anchor>
        <Beside version={version} />
        <Text size="sm" c="dimmed">
          {version.layers.join(", ")} · <TimeAgo at={version.createdAt} />
        </Text>
      </Group>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: (old) => ({ ...old, uid: undefined, tab: toTab(next) }) })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="samples">
            {words.samples} {toCount(version.sampleCount)}
          </Tabs.Tab>
          <Tabs.Tab value="select">{words.select}</Tabs.Tab>
          <Tabs.Tab value="rejects">
            {words.rejects} {toCount(version.rejectCount)}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="samples">
          <SamplesPanel version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="select">
          <SelectPanel version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="rejects">
          <RejectsTable versionId={versionId} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** The way to this version beside the one it was made of, or beside any other of its dataset. */
function Beside({ version }: { version: Version }) {
  const { data } = useQuery({ ...siblingsQuery(version.datasetId), enabled: version.parentId === null });
  const other = version.parentId ?? data?.data.find(({ id }) => id !== version.id)?.id;
  if (other === undefined) return null;
  const [versionId, otherId] = version.parentId === null ? [version.id, other] : [other, version.id];
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link {...props} to="/versions/$versionId/with/$otherId" params={{ versionId, otherId }} />
      )}
    >
      {words.besideAnother}
    </Anchor>
  );
}

const toTab = (name: string | null) => (name === "select" || name === "rejects" ? name : "samples");
