import { Badge, Group, SegmentedControl, Select, Spoiler, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Iteration } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { Empty } from "../../components/states.tsx";
import { toShort } from "./format.ts";
import { recordQuery, type RecordRow } from "./queries.ts";
import { words } from "./words.ts";

interface Props {
  loopId: string;
  iteration: Iteration;
  step: string | undefined;
  verdict: string | undefined;
}

/** Every text of an iteration with what became of it: kept, or why not. */
export function RecordTable({ loopId, iteration, step, verdict }: Props) {
  const navigate = useNavigate({ from: "/loops/$loopId" });
  const records = iteration.steps.filter(({ kind, status }) => kind === "reduce" && status === "succeeded");
  const isReason = verdict !== undefined && verdict !== "kept" && verdict !== "refused";
  const options = [
    { value: "all", label: words.all },
    { value: "kept", label: words.kept },
    { value: "refused", label: words.refusedRows },
    ...(isReason ? [{ value: verdict, label: words.only(verdict) }] : []),
  ];
  return (
    <Stack gap="sm">
      <Title order={2}>{words.samplesOf(iteration.number)}</Title>
      {records.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.noRecord}
        </Text>
      ) : (
        <>
          <Group>
            <SegmentedControl
              size="xs"
              aria-label={words.verdict}
              data={options}
              value={verdict ?? "all"}
              onChange={(next) =>
                void navigate({
                  search: (before) => ({ ...before, verdict: next === "all" ? undefined : next }),
                  resetScroll: false,
                })
              }
            />
            <Select
              aria-label={words.record}
              placeholder={words.lastRecord}
              data={records.map(({ name }) => ({ value: name, label: `${words.record} ${name}` }))}
              value={step ?? null}
              clearable
              onChange={(next) =>
                void navigate({
                  search: (before) => ({ ...before, step: next ?? undefined, verdict: undefined }),
                  resetScroll: false,
                })
              }
            />
          </Group>
          <PagedTable
            query={recordQuery({ loopId, iteration, step, verdict })}
            columns={columns}
            label={words.samplesOf(iteration.number)}
            empty={<Empty title={words.noSamples} lead={words.noSamplesLead} />}
          />
        </>
      )}
    </Stack>
  );
}

const columns: Column<RecordRow>[] = [
  {
    title: words.verdict,
    cell: ({ verdict }) => (
      <Link to="." search={(before) => ({ ...before, verdict })} resetScroll={false}>
        <Badge variant="light" radius="sm" tt="none" color={verdict === "kept" ? "green" : "gray"}>
          {verdict}
        </Badge>
      </Link>
    ),
  },
  {
    title: words.query,
    cell: ({ queryId, slice }) => (
      <>
        <Text size="xs" className="foreign">
          {queryId}
        </Text>
        <Text size="xs" c="dimmed" className="foreign">
          {slice}
        </Text>
      </>
    ),
  },
  { title: words.prompt, cell: ({ prompt }) => <Long text={prompt} /> },
  { title: words.text, cell: ({ text }) => <Long text={text} /> },
  {
    title: words.answer,
    cell: ({ answer, correct }) => (
      <Group gap={6} wrap="nowrap">
        <Text size="sm" className="foreign">
          {answer ?? "–"}
        </Text>
        <Text size="xs" c={correct === true ? "green" : "dimmed"}>
          {correct === null ? words.unknown : words.isRight[correct ? "yes" : "no"]}
        </Text>
      </Group>
    ),
  },
  { title: words.reward, isNumber: true, cell: ({ reward }) => (reward === null ? "–" : toShort(reward)) },
  { title: words.temperature, isNumber: true, cell: ({ temperature }) => toShort(temperature) },
  { title: words.tokens, isNumber: true, cell: ({ tokens }) => tokens },
  { title: words.logProb, isNumber: true, cell: ({ logProb }) => (logProb === null ? "–" : toShort(logProb)) },
];

const shownHeight = 66;

function Long({ text }: { text: string | null }) {
  if (text === null) return "–";
  return (
    <Spoiler maxHeight={shownHeight} showLabel={words.more} hideLabel={words.less} maw={420} fz="xs">
      <Text size="sm" className="foreign">
        {text}
      </Text>
    </Spoiler>
  );
}
