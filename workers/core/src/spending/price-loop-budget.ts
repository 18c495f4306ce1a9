import type { Budget, RunPrices } from "@whetstone/schemas/api";
import { AppError } from "../errors.ts";

/** A loop's limit on money with the price it is counted by: the workspace's of a runner with label `gpu`, where the request names none. */
export function priceLoopBudget({ money, ...limits }: Budget, prices: RunPrices | null): Budget {
  if (money === undefined || money.perGpuHour !== undefined) return { money, ...limits };
  const refuse = (why: string): AppError =>
    new AppError("invalid_input", why, { fields: [{ pointer: "/budget/money", code: "custom", detail: why }] });
  if (prices === null)
    throw refuse("a budget of money needs a price: name perGpuHour, or set the workspace's with PUT /v1/prices");
  if (prices.currency !== money.currency)
    throw refuse(`prices are in ${prices.currency} and the budget in ${money.currency}; name it in ${prices.currency}`);
  const perGpuHour = prices.labels.find(({ label }) => label === "gpu")?.runnerHour ?? prices.runnerHour;
  if (perGpuHour === 0) throw refuse("an hour of a GPU costs nothing by the workspace's prices; name another limit");
  return { ...limits, money: { ...money, perGpuHour } };
}
