import { Alert, Grid, Group, List, Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import type { Iteration, Loop } from "@whetstone/schemas/api";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { SimpleTable } from "../../components/simple-table.tsx";
import { api } from "../../lib/api.ts";
import { toCount } from "../../lib/numbers.ts";
import { useScope } from "../../lib/session.ts";
import { ForkButton } from "./fork-button.tsx";
import { toPercent, toRange, toShort } from "./format.ts";
import { isResting, useChanged } from "./loop-actions.tsx";
import { LoopStatusBadge } from "./loop-status.tsx";
import { words } from "./words.ts";

/** One turn of a loop: why the gate let it in or not, what was decided, step by step. */
export function IterationPanel({ loop, iteration }: { loop: Loop; iteration: Iteration }) {
  const { number, status, alarms, decisions, steps, monitors } = iteration;
  const decided = Object.entries(decisions).map(([name, value]) => [name, say(value)]);
  const slices = monitors?.slices ?? [];
  return (
    <Paper withBorder p="md" component="section" aria-label={`${words.iteration} ${number}`}>
      <Stack gap="md">
        <Group justify="space-between">
          <Group gap="sm">
            <Title order={2}>
              {words.iteration} {number}
            </Title>
            <LoopStatusBadge status={status} />
          </Group>
          <Group gap="xs">
            <IterationActions loop={loop} iteration={iteration} />
          </Group>
        </Group>
        {alarms.map(({ code, sentence, isFatal }) => (
          <Alert key={code} color={isFatal ? "red" : "yellow"} title={isFatal ? `${code}: ${words.fatal}` : code}>
            <Text size="sm" className="foreign">
              {sentence}
            </Text>
          </Alert>
        ))}
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, md: 6 }}>
            <GateList iteration={iteration} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Stack>
              {decided.length > 0 && (
                <div>
                  <Title order={3}>{words.decisions}</Title>
                  <SimpleTable label={words.decisions} head={["", ""]} rows={decided} />
                </div>
              )}
              <div>
                <Title order={3}>{words.steps}</Title>
                <SimpleTable
                  label={words.steps}
                  head={[words.step, words.stepKind, words.status, words.seconds]}
                  rows={steps.map((step) => [
                    step.name,
                    step.kind,
                    step.status,
                    step.seconds === null ? "–" : toShort(step.seconds),
                  ])}
                />
              </div>
              {slices.length > 1 && (
                <div>
                  <Title order={3}>{words.slices}</Title>
                  <SimpleTable
                    label={words.slices}
                    head={[words.slice, words.queries, words.verified, words.titles.loop_interval]}
                    rows={slices.map(({ slice, verified }) => [
                      slice,
                      toCount(verified.count),
                      toPercent(verified.value),
                      toRange(verified),
                    ])}
                  />
                </div>
              )}
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
    </Paper>
  );
}

const say = (value: unknown): string => {
  if (typeof value === "number") return toShort(value);
  return typeof value === "string" ? value : JSON.stringify(value);
};

function GateList({ iteration: { gate, number, status, monitors } }: { iteration: Iteration }) {
  const without = () => {
    if (status === "running") return words.gateRunning;
    return number === 0 && monitors ? words.firstGate : words.noGate;
  };
  return (
    <Stack gap="xs">
      <Title order={3}>{words.gateOf(number)}</Title>
      <Text size="xs" c="dimmed">
        {gate ? words.gateLead : without()}
      </Text>
      {gate && (
        <List spacing="xs" size="sm" center={false}>
          {gate.checks.map(({ id, passed, sentence }) => (
            <List.Item key={id} icon={<CheckIcon passed={passed} />}>
              <Text span size="sm" fw={600}>
                {words.checks[id]}
              </Text>
              <Text size="sm" className="foreign">
                {sentence}
              </Text>
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function CheckIcon({ passed }: { passed: boolean }) {
  const Icon = passed ? IconCheck : IconX;
  return (
    <ThemeIcon
      size={20}
      radius="xl"
      variant="light"
      color={passed ? "green" : "red"}
      role="img"
      aria-label={passed ? words.letIn : words.notLetIn}
    >
      <Icon size={13} aria-hidden />
    </ThemeIcon>
  );
}

function IterationActions({ loop, iteration: { number, status } }: { loop: Loop; iteration: Iteration }) {
  const mayWrite = useScope("runs:write");
  const changed = useChanged(loop.id);
  if (!mayWrite || status === "running") return null;
  return (
    <>
      {isResting(loop) && number !== loop.promoted && (
        <ConfirmButton
          action={words.promote}
          sure={words.promoteSure(number)}
          onConfirm={async () => changed(await api.loops.promote(loop.id, number))}
        />
      )}
      <ForkButton key={number} loop={loop} iteration={number} label={words.forkFrom(number)} />
    </>
  );
}
