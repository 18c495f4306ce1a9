import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { jsonSchemas, toJsonText } from "./json-schemas.ts";

test.each(Object.entries(jsonSchemas))("schemas/json/%s is what its zod schema says", (name, schema) => {
  const committed = readFileSync(new URL(`../../json/${name}`, import.meta.url), "utf8");

  expect(committed, "run `node schemas/generate-json.ts`").toBe(toJsonText(schema));
});
