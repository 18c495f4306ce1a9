import { Method } from "@whetstone/schemas/api";
import { expect, test } from "vitest";
import { findMethod, listMethods } from "./index.ts";

test("every method tells each parameter's default, its source and what may stand there", () => {
  for (const method of listMethods()) {
    expect(Method.safeParse(method).error).toBeUndefined();
    expect(method.parameters.length).toBeGreaterThan(3);
  }
});

test.each(listMethods().map(({ id }) => id))("the defaults of %s are possible", (id) => {
  const defaults = Object.fromEntries(
    findMethod(id)
      .describe()
      .parameters.map(({ name, default: value }) => [name, value]),
  );

  expect(findMethod(id).parse({})).toEqual(defaults);
});

test("an impossible value is refused with the parameter's name and its range", () => {
  const { parse } = findMethod("b-star");

  expect(() => parse({ draws: 0 })).toThrow("draws must be a whole number from 1 to 1024, not 0");
  expect(() => parse({ learningRate: -1 })).toThrow("learningRate must be a number above 0 to 1, not -1");
  expect(() => parse({ mode: "fast" })).toThrow(
    'mode must be one of b-star, online-rft, iterative-rft, rest-em, not "fast"',
  );
  expect(() => parse({ drawz: 3 })).toThrow("b-star has no parameter drawz: it has mode, tunes");
  expect(() => parse({ temperatureLow: 2 })).toThrow(
    "temperatureLow must be a number from 0 to 10, not 2: it must be at most temperatureHigh",
  );
});
