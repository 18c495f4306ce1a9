import { ActionIcon, Anchor, Code, Popover, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { definitions } from "../definitions.ts";
import { strings } from "../strings.ts";

/** Behind a small sign: what a number is, its formula, and where that comes from. Nothing is drawn for what has no definition. */
export function HowComputed({ of }: { of: string }) {
  const definition = definitions[of];
  if (!definition) return null;
  return (
    <Popover width={340} position="bottom-start" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`${definition.title}: ${strings.common.howComputed}`}
        >
          <IconInfoCircle size={14} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          <Text size="sm" fw={600}>
            {definition.title}
          </Text>
          <Text size="xs">{definition.what}</Text>
          <Code block>{definition.formula}</Code>
          <Text size="xs" c="dimmed">
            {definition.source}
          </Text>
          <Anchor component={Link} to={`/guides/${definition.guide}`} size="xs">
            {strings.nav.guide}
          </Anchor>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
