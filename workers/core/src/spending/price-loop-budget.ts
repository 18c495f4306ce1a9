import type { Budget, RunPrices } from "@whetstone/schemas/api";
import { checkCurrency, refuseMoney } from "./refuse-money.ts";

/** A loop's limit on money with the price it is counted by: the workspace's of a runner with label `gpu`, where the request names none. */
export function priceLoopBudget({ money, ...limits }: Budget, prices: RunPrices | null): Budget {
  if (money === undefined || money.perGpuHour !== undefined) return { money, ...limits };
  if (prices === null)
    throw refuseMoney("a budget of money needs a price: name perGpuHour, or set the workspace's with PUT /v1/prices");
  checkCurrency(prices, money);
  const perGpuHour = prices.labels.find(({ label }) => label === "gpu")?.runnerHour ?? prices.runnerHour;
  if (perGpuHour === 0)
    throw refuseMoney("an hour of a GPU costs nothing by the workspace's prices; name another limit");
  return { ...limits, money: { ...money, perGpuHour } };
}
