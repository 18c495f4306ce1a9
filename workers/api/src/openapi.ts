import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./env.ts";

export type OpenApiDocument = ReturnType<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>;

const description = `Refine image-text data, train and judge models on it.

Send your key as \`authorization: Bearer wsk_...\`. Lists page by \`after\` and \`limit\`. Every POST takes an \`Idempotency-Key\`: the same
key and body get the first answer again for 48 hours. Failures are RFC 9457 problem details with a stable \`code\`.`;

/** The OpenAPI 3.1 document, built from the routes. */
export function toOpenApi(app: OpenAPIHono<AppEnv>): OpenApiDocument {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Whetstone",
      version: "1",
      description,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    security: [{ key: [] }],
  });
}

/** How callers say who they are. */
export function registerSecurity(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "An API key",
  });
}
