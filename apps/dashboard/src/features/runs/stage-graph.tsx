import { Anchor, Group, Paper, Stack, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Run } from "@whetstone/schemas/api";
import { toCount, toDuration } from "../../lib/numbers.ts";
import { words } from "./words.ts";

type State = "waiting" | "now" | "done" | "failed" | "nothing";
interface Stage {
  title: string;
  state: State;
  note: string;
  links?: { label: string; to: string }[];
}

const colours: Record<State, string> = {
  waiting: "var(--mantine-color-default-border)",
  now: "var(--mantine-color-blue-filled)",
  done: "var(--mantine-color-green-filled)",
  failed: "var(--mantine-color-red-filled)",
  nothing: "var(--mantine-color-default-border)",
};

/** The stages a run goes through: what it takes in, planning, its tasks, closing, what it makes. */
export function StageGraph({ run }: { run: Run }) {
  return (
    <Group gap={6} align="stretch" role="list" aria-label={words.stages}>
      {stagesOf(run).map(({ title, state, note, links = [] }, i) => (
        <Group key={title} gap={6} wrap="nowrap" role="listitem">
          {i > 0 && <IconArrowRight size={14} aria-hidden />}
          <Paper withBorder px="sm" py={6} h="100%" style={{ borderTop: `3px solid ${colours[state]}` }}>
            <Stack gap={0}>
              <Text size="xs" fw={600}>
                {title}
              </Text>
              <Text size="xs" c="dimmed" className="tabular">
                {words.stageStates[state]}
                {note !== "" && ` · ${note}`}
              </Text>
              {links.map(({ label, to }) => (
                <Anchor key={to} component={Link} to={to} size="xs">
                  {label}
                </Anchor>
              ))}
            </Stack>
          </Paper>
        </Group>
      ))}
    </Group>
  );
}

function stagesOf(run: Run): Stage[] {
  const { tasks, status, startedAt, createdAt, output } = run;
  const isOver = run.finishedAt !== null;
  const settled = tasks.succeeded + tasks.failed + tasks.cancelled;
  const hasWorked = startedAt !== null && tasks.total > 0;
  const made = [
    { id: output.versionId, label: words.version, to: `/versions/${output.versionId}` },
    { id: output.modelId, label: words.model, to: `/models/${output.modelId}` },
    { id: output.evaluationId, label: words.evaluation, to: `/evaluations/${output.evaluationId}` },
  ].filter(({ id }) => id !== null);
  const waited = startedAt === null ? "" : toDuration(Date.parse(startedAt) - Date.parse(createdAt));
  const workState = (): State => {
    if (!hasWorked) return "waiting";
    if (tasks.failed > 0 && isOver) return "failed";
    return settled < tasks.total && !isOver ? "now" : "done";
  };
  const closeState = (): State => {
    if (status === "succeeded") return "done";
    if (isOver) return "failed";
    return hasWorked && settled === tasks.total ? "now" : "waiting";
  };
  const outputState = (): State => {
    if (!isOver) return "waiting";
    return made.length > 0 && status === "succeeded" ? "done" : "nothing";
  };
  return [
    { title: words.stageInput, state: "done", note: "", links: inputsOf(run) },
    { title: words.stagePlan, state: startedAt === null && !isOver ? "now" : "done", note: waited },
    { title: words.stageWork, state: workState(), note: `${toCount(settled)} / ${toCount(tasks.total)}` },
    { title: words.stageClose, state: closeState(), note: isOver ? status : "" },
    { title: words.stageOutput, state: outputState(), note: "", links: made },
  ];
}

const inputPages = {
  datasetId: ["dataset", "/datasets/"],
  versionId: ["version", "/versions/"],
  modelId: ["model", "/models/"],
  initModelId: ["model", "/models/"],
} as const;

function inputsOf({ params }: Run): { label: string; to: string }[] {
  return Object.entries(inputPages).flatMap(([name, [label, path]]) => {
    const id = params[name];
    return typeof id === "string" ? [{ label, to: `${path}${id}` }] : [];
  });
}
