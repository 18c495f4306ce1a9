import { Stack, Tabs, Title } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { Page } from "../../components/page.tsx";
import { PageLoading } from "../../components/states.tsx";
import { strings } from "../../strings.ts";
import { AuditTable } from "./audit-table.tsx";
import { DeliveriesTable } from "./deliveries-table.tsx";
import { KeysTable } from "./keys-table.tsx";
import { PricesPanel } from "./prices-panel.tsx";
import { RunnersTable } from "./runners-table.tsx";
import { WebhooksTable } from "./webhooks-table.tsx";
import { WorkspacePanel } from "./workspace-panel.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/settings");
const tabs = ["keys", "workspace", "prices", "usage", "runners", "webhooks", "audit"] as const;
/** Its chart brings a library along, which no other panel needs. */
const UsagePanel = lazy(() => import("./usage-panel.tsx").then((module) => ({ default: module.UsagePanel })));

const guides = {
  keys: "api",
  workspace: "api",
  prices: "prices",
  usage: "api",
  runners: "runners",
  webhooks: "webhooks",
  audit: "api",
} as const satisfies Record<(typeof tabs)[number], string>;

export function SettingsPage() {
  const { tab = "keys" } = route.useSearch();
  const navigate = useNavigate({ from: "/settings" });
  return (
    <Page title={strings.nav.settings} guide={guides[tab]}>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: tabs.find((each) => each === next) } })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {words[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="keys">
          <KeysTable />
        </Tabs.Panel>
        <Tabs.Panel value="workspace">
          <WorkspacePanel />
        </Tabs.Panel>
        <Tabs.Panel value="prices">
          <PricesPanel />
        </Tabs.Panel>
        <Tabs.Panel value="usage">
          <Suspense fallback={<PageLoading />}>
            <UsagePanel />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="runners">
          <RunnersTable />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks">
          <Stack>
            <WebhooksTable />
            <Title order={2}>{words.deliveries}</Title>
            <DeliveriesTable />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="audit">
          <AuditTable />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
