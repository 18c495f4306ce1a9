import { Anchor, Paper, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Matches } from "@whetstone/schemas/api";
import { SampleImage } from "../../components/sample-image.tsx";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { toCount } from "../../lib/numbers.ts";
import type { Find } from "./asker.tsx";
import classes from "./playground.module.css";
import { matchesQuery } from "./queries.ts";
import { words } from "./words.ts";

interface Props {
  runId: string;
  find: Find;
  versionId: string;
}

/** What a search found, the nearest first: images as a wall, texts as a list with the image each belongs to. */
export function Found({ runId, find, versionId }: Props) {
  const { data, error, refetch } = useQuery(matchesQuery(runId));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!data?.isComplete) return <PageLoading />;
  if (data.data.length === 0) return <Empty title={words.none} lead={words.noneLead} />;
  const what = words[find].toLowerCase();
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" role="status">
        {words.nearest(toCount(data.data.length), what)}
      </Text>
      {find === "images" ? (
        <Wall matches={data.data} versionId={versionId} />
      ) : (
        <Texts matches={data.data} versionId={versionId} />
      )}
    </Stack>
  );
}

type Hits = { matches: Matches["data"]; versionId: string };
type Hit = Matches["data"][number];
const textOf = ({ sample }: Hit) => sample.refinement?.positiveDescription || sample.text || words.emptyText;
const toCosine = (score: number) => score.toFixed(3);

function Wall({ matches, versionId }: Hits) {
  return (
    <div className={classes.wall}>
      {matches.map((hit) => (
        <Paper key={hit.sample.uid} withBorder className={classes.hit}>
          <SampleImage sample={hit.sample} alt="" isSmall />
          <Stack gap={2} p={6}>
            <Text size="xs" className="tabular" c="dimmed">
              {toCosine(hit.score)}
            </Text>
            <SampleLink versionId={versionId} uid={hit.sample.uid}>
              {textOf(hit)}
            </SampleLink>
          </Stack>
        </Paper>
      ))}
    </div>
  );
}

function Texts({ matches, versionId }: Hits) {
  return (
    <Table aria-label={words.texts}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th ta="right" w={80}>
            {words.cosine}
          </Table.Th>
          <Table.Th>{words.texts}</Table.Th>
          <Table.Th w={72} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {matches.map((hit) => (
          <Table.Tr key={hit.sample.uid}>
            <Table.Td ta="right" className="tabular">
              {toCosine(hit.score)}
            </Table.Td>
            <Table.Td>
              <SampleLink versionId={versionId} uid={hit.sample.uid}>
                {textOf(hit)}
              </SampleLink>
            </Table.Td>
            <Table.Td>
              <SampleImage sample={hit.sample} alt="" isSmall />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function SampleLink({ versionId, uid, children }: { versionId: string; uid: string; children: string }) {
  return (
    <Anchor
      size="sm"
      lineClamp={2}
      className="foreign"
      renderRoot={(props) => <Link {...props} to="/versions/$versionId" params={{ versionId }} search={{ uid }} />}
    >
      {children}
    </Anchor>
  );
}
