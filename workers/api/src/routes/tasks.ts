import { createRoute, z } from "@hono/zod-openapi";
import { getTask } from "@whetstone/core/tasks/get-task";
import { Id, Task } from "@whetstone/schemas/api";
import { createRouter, json, problems } from "../router.ts";

const getOneTask = createRoute({
  method: "get",
  path: "/v1/tasks/{id}",
  summary: "Get a task",
  request: { params: z.object({ id: Id("task") }) },
  responses: { 200: json(Task, "The task as it stands"), ...problems },
});

export const tasks = createRouter().openapi(getOneTask, async (c) => c.json(await getTask(c.var.ctx, c.req.valid("param").id), 200));
