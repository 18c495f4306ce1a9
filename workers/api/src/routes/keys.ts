import { createRoute } from "@hono/zod-openapi";
import { createKey, createRunnerKey } from "@whetstone/core/keys/create-key";
import { listKeys } from "@whetstone/core/keys/list-keys";
import { revokeKey } from "@whetstone/core/keys/revoke-key";
import { ApiKey, CreateApiKey, NewApiKey, Page } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Keys"];
const CreateRunnerKey = CreateApiKey.omit({ scopes: true }).meta({ id: "CreateRunnerKey" });

const postKey = createRoute({
  method: "post",
  path: "/v1/keys",
  tags,
  summary: "Make a key",
  description: "The secret is shown this once. A key can't grant scopes it lacks; `runner` stands alone.",
  request: { body: body(CreateApiKey, "What the key may do") },
  responses: { 201: json(NewApiKey, "The key and its secret"), ...problems },
});

const postRunnerKey = createRoute({
  method: "post",
  path: "/v1/runner-keys",
  tags,
  summary: "Make a key for the platform's own runners",
  description: "Takes the platform's admin token. The key serves every workspace and speaks the runner protocol only.",
  request: { body: body(CreateRunnerKey, "Name and expiry") },
  responses: { 201: json(NewApiKey, "The key and its secret"), ...problems },
});

const getKeys = createRoute({
  method: "get",
  path: "/v1/keys",
  tags,
  summary: "List keys",
  request: pageQuery,
  responses: { 200: json(Page(ApiKey), "A page of keys"), ...problems },
});

const deleteKey = createRoute({
  method: "delete",
  path: "/v1/keys/{id}",
  tags,
  summary: "Revoke a key",
  description: "The key is dead from the next call on.",
  request: idParam("key"),
  responses: { 200: json(ApiKey, "The revoked key"), ...problems },
});

export const keys = createRouter()
  .openapi(postKey, async (c) => {
    c.set("isSecret", true);
    return c.json(await createKey(c.var.ctx, c.req.valid("json")), 201);
  })
  .openapi(postRunnerKey, async (c) => {
    c.set("isSecret", true);
    return c.json(await createRunnerKey(c.var.ctx, c.req.valid("json")), 201);
  })
  .openapi(getKeys, async (c) => c.json(await listKeys(c.var.ctx, c.req.valid("query")), 200))
  .openapi(deleteKey, async (c) => c.json(await revokeKey(c.var.ctx, c.req.valid("param").id), 200));
