import { namedRecipes } from "@whetstone/schemas/api";
import { expect, test } from "vitest";
import { call, makeWorkspace } from "../test/caller.ts";

test("recipes are listed in pages and read by name, with where their values come from", async () => {
  const { key } = await makeWorkspace();

  const first = await call("/v1/recipes?limit=3", { key });
  const second = await call(`/v1/recipes?limit=100&after=${first.json.last_id}`, { key });
  const one = await call("/v1/recipes/hq-clip-small", { key });

  const names = [...first.json.data, ...second.json.data].map(({ name }: { name: string }) => name);
  expect(names).toEqual(namedRecipes.map(({ name }) => name));
  expect([first.json.has_more, second.json.has_more]).toEqual([true, false]);
  expect(one.json.values).toContainEqual(expect.objectContaining({ path: "hni.negatives", source: "paper" }));
});

test("an unknown recipe and a cursor of another list are told apart", async () => {
  const { key } = await makeWorkspace();

  expect(await call("/v1/recipes/nothing", { key })).toMatchObject({ status: 404, json: { code: "not_found" } });
  expect((await call("/v1/recipes?after=mdl_1", { key })).json.code).toBe("invalid_cursor");
});
