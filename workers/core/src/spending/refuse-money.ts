import { AppError } from "../errors.ts";

export const refuseMoney = (why: string): AppError =>
  new AppError("invalid_input", why, { fields: [{ pointer: "/budget/money", code: "custom", detail: why }] });

/** A limit in another currency than the prices could not be held. */
export function checkCurrency(prices: { currency: string }, money: { currency: string }): void {
  if (prices.currency !== money.currency)
    throw refuseMoney(
      `prices are in ${prices.currency} and the budget in ${money.currency}; name it in ${prices.currency}`,
    );
}
