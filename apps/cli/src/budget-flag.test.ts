import { expect, test } from "vitest";
import { toBudget, toLimits } from "./budget-flag.ts";

test("limits are read by name, money with its currency", () => {
  expect(toBudget({ budget: ["tokens=1000", "runnerSeconds=1.5", "money=0.5eur"] })).toEqual({
    budget: { tokens: 1000, runnerSeconds: 1.5, money: { amount: 0.5, currency: "EUR" } },
  });
  expect(toBudget({})).toEqual({});
});

test("a loop's limits are read alike, and may still name a price of their own", () => {
  expect(toLimits(["gpuSeconds=60", "money=5 USD"])).toEqual({
    gpuSeconds: 60,
    money: { amount: 5, currency: "USD" },
  });
  expect(toLimits(['money={"amount":5,"currency":"USD","perGpuHour":2}'])).toEqual({
    money: { amount: 5, currency: "USD", perGpuHour: 2 },
  });
});

test.each(["tokens", "token=5", "tokens=-1", "tokens=many", "money=5", "money=5QQQ", "runnerSeconds=0"])(
  "%s is wrong usage",
  (pair) => {
    expect(() => toBudget({ budget: [pair] })).toThrow(expect.objectContaining({ exitCode: 2 }));
  },
);
