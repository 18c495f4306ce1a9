import { Anchor, Group, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { strings } from "../strings.ts";

interface PageProps {
  title: string;
  /** The file of `docs/design` that tells how this works. */
  guide?: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: its name, which is also the tab's, the way to its guide, what can be done, and the content. */
export function Page({ title, guide, actions, children }: PageProps) {
  useDocumentTitle(`${title} · ${strings.product}`);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center">
        <Group gap="sm" align="baseline">
          <Title order={1} className="foreign">
            {title}
          </Title>
          {guide !== undefined && (
            <Anchor component={Link} to={`/guides/${guide}`} size="xs" c="dimmed">
              {strings.nav.guide}
            </Anchor>
          )}
        </Group>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
