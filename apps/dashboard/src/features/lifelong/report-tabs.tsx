import { Tabs } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { words } from "./words.ts";

const tabs = { "/reports": words.reports, "/schedules": words.schedules } as const;

/** Reports, and the schedules that make them: two pages beside each other. */
export function ReportTabs({ active, children }: { active: keyof typeof tabs; children: ReactNode }) {
  const navigate = useNavigate();
  return (
    <Tabs value={active} onChange={(to) => void navigate({ to: to === "/schedules" ? "/schedules" : "/reports" })}>
      <Tabs.List mb="md">
        {Object.entries(tabs).map(([path, label]) => (
          <Tabs.Tab key={path} value={path}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={active}>{children}</Tabs.Panel>
    </Tabs>
  );
}
