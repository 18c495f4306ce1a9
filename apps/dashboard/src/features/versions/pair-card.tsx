import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Sample, Version } from "@whetstone/schemas/api";
import { ApiError } from "@whetstone/schemas/client";
import { SampleImage } from "../../components/sample-image.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { toFact } from "./format.ts";
import classes from "./pairs.module.css";
import { toTextPairs } from "./pair-texts.ts";
import { sampleQuery } from "./queries.ts";
import { SampleDrawer } from "./sample-drawer.tsx";
import { WordDiff } from "./word-diff.tsx";
import { words } from "./words.ts";

interface Props {
  one: Version;
  other: Version;
  uid: string;
  onClose: () => void;
  onStep: (by: -1 | 1) => void;
}

/** One sample's card twice: on the left as it is in one version, on the right in the other, what differs marked. */
export function PairCard({ one, other, uid, onClose, onStep }: Props) {
  const [before, after] = [useQuery(sampleQuery(one.id, uid)), useQuery(sampleQuery(other.id, uid))];
  const error = [before.error, after.error].find((each) => each && !isMissing(each));
  const isThere = (before.data || before.error) && (after.data || after.error);
  return (
    <SampleDrawer uid={uid} size="xl" onClose={onClose} onStep={onStep}>
      {error && <LoadError error={error} onRetry={() => void Promise.all([before.refetch(), after.refetch()])} />}
      {!error && !isThere && <PageLoading />}
      {!error && isThere && (
        <Halves one={one} other={other} before={before.data ?? null} after={after.data ?? null} uid={uid} />
      )}
    </SampleDrawer>
  );
}

const isMissing = (error: Error) => error instanceof ApiError && error.status === 404;

interface HalvesProps {
  one: Version;
  other: Version;
  before: Sample | null;
  after: Sample | null;
  uid: string;
}

function Halves({ one, other, before, after, uid }: HalvesProps) {
  const facts = [...new Set([...Object.keys(before?.facts ?? {}), ...Object.keys(after?.facts ?? {})])];
  const changedFacts = facts.filter((name) => before?.facts[name] !== after?.facts[name]);
  return (
    <div className={classes.halves}>
      <Head version={one} sample={before} uid={uid} />
      <Head version={other} sample={after} uid={uid} />
      {toTextPairs(before, after).map(({ title, before: left, after: right }) => (
        <Row key={title} title={title}>
          <Text size="sm" className="foreign" dir="auto">
            {left || "–"}
          </Text>
          {before && after ? <WordDiff before={left} after={right} /> : <Text size="sm">{right || "–"}</Text>}
        </Row>
      ))}
      {changedFacts.map((name) => (
        <Row key={name} title={name}>
          <Text size="sm" className="tabular">
            {toFact(before?.facts[name])}
          </Text>
          <Text size="sm" className="tabular">
            {toFact(after?.facts[name])}
          </Text>
        </Row>
      ))}
    </div>
  );
}

function Row({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <>
      <Text size="xs" c="dimmed" className={classes.wide} mt="xs">
        {title}
      </Text>
      {children}
    </>
  );
}

function Head({ version, sample, uid }: { version: Version; sample: Sample | null; uid: string }) {
  return (
    <Stack gap={4}>
      <Anchor component={Link} to={`/versions/${version.id}?uid=${uid}`} size="sm" fw={600}>
        {words.title(version.number)}
      </Anchor>
      {sample ? <SampleImage sample={sample} alt="" /> : <Text size="sm">{words.notInVersion}</Text>}
    </Stack>
  );
}
