import { Stack, Tabs, Title } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Page } from "../../components/page.tsx";
import { strings } from "../../strings.ts";
import { AuditTable } from "./audit-table.tsx";
import { DeliveriesTable } from "./deliveries-table.tsx";
import { KeysTable } from "./keys-table.tsx";
import { WebhooksTable } from "./webhooks-table.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/settings");
const tabs = ["keys", "webhooks", "audit"] as const;

export function SettingsPage() {
  const { tab = "keys" } = route.useSearch();
  const navigate = useNavigate({ from: "/settings" });
  return (
    <Page title={strings.nav.settings}>
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
