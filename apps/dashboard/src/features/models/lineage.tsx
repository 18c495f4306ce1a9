import { Anchor, Group, Paper, Stack, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Model } from "@whetstone/schemas/api";
import { lineageQuery } from "./queries.ts";
import { words } from "./words.ts";

interface Step {
  what: string;
  name: string;
  to?: string;
}

/** Where a model comes from, left to right: the data and the weights it began with, its training, the model. */
export function Lineage({ model }: { model: Model }) {
  const { data } = useQuery(lineageQuery(model));
  const { dataset, version, run, parent } = data ?? {};
  const steps: Step[] = [
    ...(model.versionId === null
      ? []
      : [
          {
            what: words.data,
            name: dataset && version ? `${dataset.name}, version ${version.number}` : model.versionId.slice(0, 13),
            to: `/versions/${model.versionId}`,
          },
        ]),
    ...(model.parentId === null
      ? []
      : [
          {
            what: words.parent,
            name: parent ? `${parent.name} ${parent.number}` : model.parentId.slice(0, 13),
            to: `/models/${model.parentId}`,
          },
        ]),
    ...(model.runId === null
      ? [{ what: words.origin, name: words.uploaded }]
      : [{ what: words.run, name: run?.name ?? run?.kind ?? model.runId.slice(0, 13), to: `/runs/${model.runId}` }]),
    { what: words.thisModel, name: `${model.name} ${model.number}` },
  ];
  return (
    <Group gap={6} align="stretch" role="list" aria-label={words.lineage}>
      {steps.map(({ what, name, to }, i) => (
        <Group key={what} gap={6} wrap="nowrap" role="listitem">
          {i > 0 && <IconArrowRight size={14} aria-hidden />}
          <Paper withBorder px="sm" py={6} h="100%">
            <Stack gap={0}>
              <Text size="xs" c="dimmed">
                {what}
              </Text>
              {to === undefined ? (
                <Text size="sm" fw={600} className="foreign">
                  {name}
                </Text>
              ) : (
                <Anchor component={Link} to={to} size="sm" className="foreign">
                  {name}
                </Anchor>
              )}
            </Stack>
          </Paper>
        </Group>
      ))}
    </Group>
  );
}
