import { type Hook, OpenAPIHono, type z } from "@hono/zod-openapi";
import { AppError } from "@whetstone/core/errors";
import { Problem } from "@whetstone/schemas/api";
import type { AppEnv } from "./env.ts";

/** A router whose inputs are parsed at the edge: what zod refuses is one `invalid_input` that names every field. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
}

/** A JSON answer or body of a route. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { content: { "application/json": { schema } }, description };
}

/** A request body that must be there; without `required` a wrong content type would skip the check. */
export function body<T extends z.ZodType>(schema: T, description: string) {
  return { ...json(schema, description), required: true as const };
}

/** Every failure of every route, spread into `responses`. */
export const problems = {
  default: {
    content: { "application/problem+json": { schema: Problem } },
    description: "What went wrong; `code` is stable",
  },
};

const refuseInvalid: Hook<unknown, AppEnv, string, unknown> = (result) => {
  if (result.success) return;
  const fields = result.error.issues.map((issue) => ({
    pointer: result.target === "json" ? `/${issue.path.map(String).join("/")}` : issue.path.join("."),
    code: issue.code ?? "invalid",
    detail: issue.message,
  }));
  const where = result.target === "json" ? "the body" : `the ${result.target} parameters`;
  const first = fields[0];
  const pointed = fields.some(({ pointer }) => pointer === "after") && result.target === "query";
  throw new AppError(
    pointed ? "invalid_cursor" : "invalid_input",
    `${where} can't be used: ${first ? `${first.pointer}: ${first.detail}` : "see errors"}`,
    { fields },
  );
};
