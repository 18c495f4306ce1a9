import { type CreateRun, findTokenPrices, type Prices, type RunBudget, type RunPrices } from "@whetstone/schemas/api";
import { workspaces } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { type Context, workspaceOf } from "../context.ts";
import { checkCurrency, refuseMoney } from "./refuse-money.ts";

/** What a run buys tokens from; absent where its runners do all the work. */
export type Provider = { baseUrl: string; model: string };

export const providerOf = (input: CreateRun): Provider | undefined =>
  input.kind === "refine" && input.refiner.provider === "openai" ? input.refiner : undefined;

interface Plan {
  provider?: Provider | undefined;
  budget?: RunBudget | undefined;
}

/** Columns of a new run: its limits, the workspace's prices as they are now, and nothing spent. */
export async function openAccount(ctx: Context, { provider, budget }: Plan) {
  const [row] = await ctx.db
    .select({ prices: workspaces.prices })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceOf(ctx)));
  const prices = row?.prices ? toRunPrices(row.prices, provider) : null;
  if (budget) checkMoney(budget, { prices: row?.prices ? prices : undefined, provider });
  return {
    budget: budget ?? null,
    prices,
    endedAttempts: 0,
    spentSeconds: 0,
    spentTokens: 0,
    spentMoney: prices === null ? null : 0,
  };
}

/** Null where tokens are bought that have no price: a sum without them would look like the whole. */
function toRunPrices({ models, ...prices }: Prices, provider: Provider | undefined): RunPrices | null {
  if (!provider) return { ...prices, tokens: null };
  const found = findTokenPrices({ models, ...prices }, provider);
  if (!found) return null;
  const { millionPromptTokens, millionCompletionTokens } = found;
  return { ...prices, tokens: { millionPromptTokens, millionCompletionTokens } };
}

/** Refuses a limit on money that nobody could hold. `prices` are null where the provider's are missing, undefined where all are. */
export function checkMoney(
  { money }: RunBudget,
  { prices, provider }: { prices: RunPrices | null | undefined; provider?: Provider | undefined },
): void {
  if (!money) return;
  if (prices === undefined)
    throw refuseMoney("a budget of money needs prices; set the workspace's with PUT /v1/prices, or name another limit");
  if (prices === null)
    throw refuseMoney(
      `there is no price for tokens of ${provider?.model ?? "the model"} at ${provider?.baseUrl ?? "its address"}; add it with PUT /v1/prices, or name another limit`,
    );
  checkCurrency(prices, money);
}
