import { z } from "zod";
import { Label } from "./runners.ts";

const currencies = new Set(Intl.supportedValuesOf("currency"));

/** ISO 4217. */
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "three capital letters, such as EUR")
  .refine((code) => currencies.has(code), { message: "no currency of ISO 4217" });

const Price = z.number().min(0).max(1_000_000);

/** Addresses that differ in trailing slashes alone are one. */
const plainUrl = (url: string): string => url.replace(/\/+$/, "");

export const TokenPrices = z.object({
  millionPromptTokens: Price,
  millionCompletionTokens: Price,
});
export type TokenPrices = z.infer<typeof TokenPrices>;

/** What a workspace pays: for an hour of a runner, and for tokens of models that others run. */
export const Prices = z
  .object({
    currency: Currency,
    /** An hour of a runner that has none of `labels`. */
    runnerHour: Price,
    /** An hour of a runner by a label it has; the first of the list that fits counts. */
    labels: z
      .array(z.object({ label: Label, runnerHour: Price }))
      .max(100)
      .default([])
      .superRefine(refuseTwins(({ label }) => label)),
    /** Tokens of a model of an OpenAI-compatible provider. */
    models: z
      .array(
        z.object({
          baseUrl: z.url({ protocol: /^https?$/ }).max(2000),
          model: z.string().min(1).max(200),
          ...TokenPrices.shape,
        }),
      )
      .max(500)
      .default([])
      .superRefine(refuseTwins(({ baseUrl, model }) => `${model} at ${plainUrl(baseUrl)}`)),
  })
  .meta({ id: "Prices" });
export type Prices = z.infer<typeof Prices>;
export type PricesInput = z.input<typeof Prices>;

function refuseTwins<T>(nameOf: (entry: T) => string) {
  return (entries: T[], ctx: z.RefinementCtx): void => {
    const seen = new Set<string>();
    for (const [at, entry] of entries.entries()) {
      const name = nameOf(entry);
      if (seen.has(name)) ctx.addIssue({ code: "custom", path: [at], message: `${name} has a price already` });
      seen.add(name);
    }
  };
}

/** Prices of a workspace; null while nobody has set any. */
export const WorkspacePrices = z
  .object({ object: z.literal("prices"), prices: Prices.nullable() })
  .meta({ id: "WorkspacePrices" });
export type WorkspacePrices = z.infer<typeof WorkspacePrices>;

export function findTokenPrices(
  { models }: Prices,
  asked: { baseUrl: string; model: string },
): TokenPrices | undefined {
  const isAsked = (one: { baseUrl: string; model: string }): boolean =>
    one.model === asked.model && plainUrl(one.baseUrl) === plainUrl(asked.baseUrl);
  return models.find(isAsked);
}
