import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Sample } from "@whetstone/schemas/api";
import { Empty, LoadError, PageLoading } from "../../components/states.tsx";
import { toCount } from "../../lib/numbers.ts";
import { matchesQuery } from "./queries.ts";
import { Card } from "./sample-grid.tsx";
import classes from "./sample-grid.module.css";
import { words } from "./words.ts";

interface Props {
  runId: string;
  openUid: string | undefined;
  onOpen: (sample: Sample | undefined) => void;
  onClose: () => void;
  renderOpen: (uid: string, step: (by: -1 | 1) => void) => React.ReactNode;
}

/** What a search found, the nearest first, each with its cosine. */
export function Matches({ runId, openUid, onOpen, onClose, renderOpen }: Props) {
  const { data, error, refetch } = useQuery(matchesQuery(runId));
  const back = (
    <Button variant="default" onClick={onClose}>
      {words.endSearch}
    </Button>
  );
  if (error)
    return (
      <>
        <LoadError error={error} onRetry={() => void refetch()} />
        {back}
      </>
    );
  if (!data?.isComplete) return <PageLoading />;
  const samples = data.data.map(({ score, sample }) => ({ ...sample, facts: { ...sample.facts, similarity: score } }));
  const place = samples.findIndex(({ uid }) => uid === openUid);
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {words.nearest(toCount(samples.length))}
        </Text>
        {back}
      </Group>
      {samples.length === 0 && <Empty title={words.noMatch} lead={words.noMatchLead} />}
      <div className={classes.examples}>
        {samples.map((sample) => (
          <Card key={sample.uid} sample={sample} sort="similarity" onOpen={onOpen} />
        ))}
      </div>
      {openUid !== undefined && renderOpen(openUid, (by) => samples[place + by] && onOpen(samples[place + by]))}
    </>
  );
}
