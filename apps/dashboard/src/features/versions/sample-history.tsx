import { Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Sample } from "@whetstone/schemas/api";
import { useState } from "react";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { historyQuery } from "./queries.ts";
import { WordDiff } from "./word-diff.tsx";
import { words } from "./words.ts";

/** The sample in the dataset's versions, each with what changed since the one before. Asked for only when somebody wants it. */
export function SampleHistoryList({ datasetId, uid }: { datasetId: string; uid: string }) {
  const [isOpen, setOpen] = useState(false);
  const { data, error, refetch } = useQuery({ ...historyQuery(datasetId, uid), enabled: isOpen });
  if (!isOpen)
    return (
      <Button variant="default" onClick={() => setOpen(true)} style={{ alignSelf: "flex-start" }}>
        {words.showHistory}
      </Button>
    );
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageLoading />;
  return (
    <Stack gap="xs">
      <Title order={3}>{words.history}</Title>
      {data.data.map(({ versionId, number, sample }, place) => (
        <div key={versionId}>
          <Anchor component={Link} to={`/versions/${versionId}?uid=${uid}`} size="sm" fw={500}>
            {words.title(number)}
          </Anchor>
          {place > 0 && (
            <Anchor
              component={Link}
              to={`/versions/${data.data[place - 1]?.versionId ?? ""}/with/${versionId}?uid=${uid}`}
              size="xs"
              ml="xs"
            >
              {words.sideBySide}
            </Anchor>
          )}
          <Change before={data.data[place - 1]?.sample ?? null} after={sample} isFirst={place === 0} />
        </div>
      ))}
    </Stack>
  );
}

const textOf = (sample: Sample) => sample.refinement?.positiveDescription ?? sample.text;

function Change({ before, after, isFirst }: { before: Sample | null; after: Sample | null; isFirst: boolean }) {
  if (!after) return <Text size="sm">{words.notInVersion}</Text>;
  if (!before)
    return (
      <Text size="sm" className="foreign">
        {isFirst ? textOf(after) : `${words.cameIn} ${textOf(after)}`}
      </Text>
    );
  if (textOf(before) === textOf(after))
    return (
      <Text size="sm" c="dimmed">
        {words.unchanged}
      </Text>
    );
  return <WordDiff before={textOf(before)} after={textOf(after)} />;
}
