import { createRoute, z } from "@hono/zod-openapi";
import { findMethod, listMethods } from "@whetstone/core/methods";
import { Method, MethodId, Page } from "@whetstone/schemas/api";
import { createRouter, json, problems } from "../router.ts";

const tags = ["Loops"];

const getMethods = createRoute({
  method: "get",
  path: "/v1/methods",
  tags,
  summary: "List methods of self-training",
  description: "With their papers, and each parameter's default, its source and what may stand there instead.",
  responses: { 200: json(Page(Method), "All methods, on one page"), ...problems },
});
const getOne = createRoute({
  method: "get",
  path: "/v1/methods/{id}",
  tags,
  summary: "Get a method of self-training",
  request: { params: z.object({ id: MethodId }) },
  responses: { 200: json(Method, "The method"), ...problems },
});

export const methods = createRouter()
  .openapi(getMethods, (c) => {
    const data = listMethods();
    const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
    return c.json({ object: "list" as const, data, first_id, last_id, has_more: false }, 200);
  })
  .openapi(getOne, (c) => c.json(findMethod(c.req.valid("param").id).describe(), 200));
