import { createApp } from "@whetstone/api/app";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";

const document = async () =>
  (await (await createApp().request("/openapi.json", {}, { CORS_ORIGIN: "*" })).json()) as Record<string, never>;

interface Operation {
  summary?: string;
  responses: Record<string, unknown>;
}

test("the document is valid OpenAPI 3.1", async () => {
  const validator = new Validator();

  const { valid, errors } = await validator.validate(await document());

  expect(errors ?? []).toEqual([]);
  expect({ valid, version: validator.version }).toEqual({ valid: true, version: "3.1" });
});

test("every operation has a summary and says how it fails", async () => {
  const { paths } = (await document()) as unknown as { paths: Record<string, Record<string, Operation>> };
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

  expect(operations.length).toBeGreaterThan(35);
  for (const { path, method, operation } of operations) {
    expect(operation.summary, `${method} ${path}`).toBeTruthy();
    expect(operation.responses, `${method} ${path}`).toHaveProperty("default");
  }
});

test("the shapes of the contracts are named, so readers and generators see one of each", async () => {
  const { components } = (await document()) as unknown as { components: { schemas: Record<string, unknown> } };

  expect(Object.keys(components.schemas)).toEqual(
    expect.arrayContaining(["Dataset", "Version", "Sample", "Upload", "Run", "Task", "Model", "Evaluation", "Problem"]),
  );
});
