import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { useScope } from "../../lib/session.ts";
import { PricesForm } from "./prices-form.tsx";
import { pricesQuery } from "./queries.ts";
import { words } from "./words.ts";

/** What runners and tokens cost, to be seen and changed. */
export function PricesPanel() {
  const { data, error, refetch } = useQuery(pricesQuery);
  const mayWrite = useScope("workspace:write");
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageLoading />;
  const { prices } = data;
  return (
    <Stack maw={860}>
      <Text size="sm">{prices === null ? words.noPricesLead : words.pricesLead}</Text>
      {!mayWrite && (
        <Text size="sm" c="dimmed">
          {words.pricesReadOnly}
        </Text>
      )}
      <PricesForm prices={prices} mayWrite={mayWrite} />
    </Stack>
  );
}
