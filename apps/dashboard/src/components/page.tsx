import { Group, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { strings } from "../strings.ts";

/** A page: its name, which is also the tab's, what can be done, and the content. */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${title} · ${strings.product}`);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center">
        <Title order={1} className="foreign">
          {title}
        </Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
