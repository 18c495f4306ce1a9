import { Anchor, Badge, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Refinement, Sample, Version } from "@whetstone/schemas/api";
import type { ReactNode } from "react";
import { SampleImage } from "../../components/sample-image.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { api } from "../../lib/api.ts";
import { toBytes, toCount } from "../../lib/numbers.ts";
import { useScope } from "../../lib/session.ts";
import { toFact } from "./format.ts";
import { sampleQuery } from "./queries.ts";
import classes from "./sample-grid.module.css";
import { ReviewBar } from "./review-bar.tsx";
import { SampleHistoryList } from "./sample-history.tsx";
import { SampleDrawer } from "./sample-drawer.tsx";
import { WordDiff } from "./word-diff.tsx";
import { words } from "./words.ts";

interface Props {
  version: Version;
  uid: string;
  onClose: () => void;
  /** -1 and 1: the neighbours in the grid. */
  onStep: (by: -1 | 1) => void;
}

/** One sample: image, raw text, what the refiner made of it and where that came from. Left and right go through the grid. */
export function SampleCard({ version, uid, onClose, onStep }: Props) {
  const { data: sample, error, refetch } = useQuery(sampleQuery(version.id, uid));

  return (
    <SampleDrawer uid={uid} size="lg" onClose={onClose} onStep={onStep}>
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {!error && !sample && <PageLoading />}
      {sample && <Content key={sample.uid} version={version} sample={sample} onNext={() => onStep(1)} />}
    </SampleDrawer>
  );
}

function Content({ version, sample, onNext }: { version: Version; sample: Sample; onNext: () => void }) {
  const { refinement, provenance, image, label, metadata, facts } = sample;
  return (
    <Stack gap="md">
      <div className={classes.large}>
        <SampleImage sample={sample} alt="" />
      </div>
      <ReviewBar versionId={version.id} sample={sample} onNext={onNext} />
      <Foreign title={words.raw} text={sample.text} />
      {refinement ? <Texts raw={sample.text} refinement={refinement} /> : <Text c="dimmed">{words.notRefined}</Text>}
      <Facts
        rows={[
          [words.image, `${image.width} × ${image.height}, ${toBytes(image.sizeBytes)}, ${image.mediaType}`],
          ...(label === null ? [] : [["label", label] as const]),
          ...Object.entries(metadata).map(([name, value]) => [name, JSON.stringify(value)] as const),
        ]}
      />
      {provenance && (
        <>
          <Title order={3}>{words.provenance}</Title>
          <Facts
            rows={[
              [words.refiner, provenance.refiner],
              [words.modelHash, provenance.modelHash],
              [words.prompt, provenance.promptHash],
              [words.latency, `${Math.round(provenance.latencyMs)} ms`],
              [
                words.run,
                <Anchor key="run" component={Link} to={`/runs/${provenance.runId}`} size="sm">
                  {words.run.toLowerCase()}
                </Anchor>,
              ],
            ]}
          />
        </>
      )}
      <Related version={version} sample={sample} />
      <Facts rows={Object.entries(facts).map(([name, fact]) => [name, toFact(fact)] as const)} />
      <SampleHistoryList datasetId={version.datasetId} uid={sample.uid} />
      <ShortId id={`sha256_${sample.imageSha256}`} />
    </Stack>
  );
}

/** The ways to samples like this one: the same picture, and the nearest by what the model sees. */
function Related({ version, sample }: { version: Version; sample: Sample }) {
  const navigate = useNavigate({ from: "/versions/$versionId" });
  const mayRun = useScope("runs:write");
  const similar = useMutation({
    mutationFn: () => api.runs.create({ kind: "search", versionId: version.id, uid: sample.uid }),
    onSuccess: (run) => void navigate({ search: (old) => ({ ...old, near: run.id, uid: undefined }) }),
  });
  const { duplicates, duplicateGroup: group } = sample.facts;
  return (
    <Group gap="xs">
      {typeof duplicates === "number" && duplicates > 1 && typeof group === "number" && (
        <Button variant="default" onClick={() => void navigate({ search: { filter: `duplicateGroup = ${group}` } })}>
          {words.duplicatesOf(toCount(duplicates - 1))}
        </Button>
      )}
      {mayRun && version.layers.includes("embeddings") && (
        <Button variant="default" loading={similar.isPending} onClick={() => similar.mutate()}>
          {words.findSimilar}
        </Button>
      )}
    </Group>
  );
}

function Texts({ raw, refinement }: { raw: string; refinement: Refinement }) {
  const { positiveDescription, negativeDescription, positiveTags, negativeTags } = refinement;
  return (
    <>
      <Foreign title={words.positive} text={positiveDescription} />
      <div>
        <Title order={3}>{words.changes}</Title>
        <WordDiff before={raw} after={positiveDescription} />
      </div>
      <Foreign title={words.negative} text={negativeDescription} />
      <Tags title={words.positiveTags} tags={positiveTags} colour="green" />
      <Tags title={words.negativeTags} tags={negativeTags} colour="red" />
    </>
  );
}

function Foreign({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <Title order={3}>{title}</Title>
      <Text size="sm" className="foreign" dir="auto">
        {text || words.emptyText}
      </Text>
    </div>
  );
}

function Tags({ title, tags, colour }: { title: string; tags: string[]; colour: string }) {
  return (
    <Group gap={6}>
      <Title order={3}>{title}</Title>
      {tags.map((tag) => (
        <Badge key={tag} variant="light" color={colour} radius="sm" tt="none">
          {tag}
        </Badge>
      ))}
    </Group>
  );
}

function Facts({ rows }: { rows: (readonly [string, ReactNode])[] }) {
  return (
    <Table variant="vertical" layout="fixed" withTableBorder>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th w={128}>{name}</Table.Th>
            <Table.Td className="foreign">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
