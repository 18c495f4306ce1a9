import { Button, Fieldset, Group, NumberInput, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Prices, type WorkspacePrices } from "@whetstone/schemas/api";
import { useState } from "react";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { api } from "../../lib/api.ts";
import { type Draft, LabelPrices, ModelPrices } from "./price-rows.tsx";
import { pricesQuery } from "./queries.ts";
import { words } from "./words.ts";

const currencies = Intl.supportedValuesOf("currency");
const none: Draft = { currency: "EUR", runnerHour: "", labels: [], models: [] };

/** All prices as fields. They are sent together, as the API takes them. */
export function PricesForm({ prices, mayWrite }: { prices: Prices | null; mayWrite: boolean }) {
  const cache = useQueryClient();
  const [draft, setDraft] = useState<Draft>(prices ?? none);
  const take = (answer: WorkspacePrices) => {
    setDraft(answer.prices ?? none);
    cache.setQueryData(pricesQuery.queryKey, answer);
  };
  const save = useMutation({ mutationFn: async () => api.prices.replace(parse(draft)), onSuccess: take });
  const problem = save.error;
  return (
    <form
      aria-label={words.prices}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <Fieldset legend={words.runnerTime} disabled={!mayWrite}>
          <Stack>
            <Group grow align="flex-start" preventGrowOverflow={false}>
              <Select
                label={words.currency}
                data={currencies}
                value={draft.currency}
                onChange={(currency) => setDraft({ ...draft, currency: currency ?? draft.currency })}
                searchable
                disabled={!mayWrite}
              />
              <NumberInput
                size="xs"
                label={words.runnerHour}
                min={0}
                value={draft.runnerHour}
                onChange={(runnerHour) => setDraft({ ...draft, runnerHour })}
                required
              />
            </Group>
            <LabelPrices draft={draft} onChange={setDraft} />
          </Stack>
        </Fieldset>
        <Fieldset legend={words.modelTokens} disabled={!mayWrite}>
          <ModelPrices draft={draft} onChange={setDraft} />
        </Fieldset>
        {problem && (
          <Text size="sm" c="red" role="alert" className="foreign">
            {problem.message}
          </Text>
        )}
        {mayWrite && (
          <Group>
            <Button type="submit" loading={save.isPending}>
              {words.savePrices}
            </Button>
            {prices !== null && (
              <ConfirmButton
                action={words.removePrices}
                sure={words.removePricesSure}
                onConfirm={() => api.prices.delete().then(take)}
              />
            )}
          </Group>
        )}
        {save.isSuccess && !problem && (
          <Text size="sm" role="status">
            {words.pricesSaved}
          </Text>
        )}
      </Stack>
    </form>
  );
}

/** The first thing that is wrong, in words that name the field. */
function parse(draft: Draft): Prices {
  const parsed = Prices.safeParse(draft);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join(" ") ?? ""}: ${issue?.message ?? ""}`);
}
