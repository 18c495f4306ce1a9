import { createRoute } from "@hono/zod-openapi";
import { getTask } from "@whetstone/core/tasks/get-task";
import { Task } from "@whetstone/schemas/api";
import { idParam } from "../params.ts";
import { createRouter, json, problems } from "../router.ts";

const getOneTask = createRoute({
  method: "get",
  path: "/v1/tasks/{id}",
  tags: ["Runs"],
  summary: "Get a task",
  request: idParam("task"),
  responses: { 200: json(Task, "The task as it stands"), ...problems },
});

export const tasks = createRouter().openapi(getOneTask, async (c) =>
  c.json(await getTask(c.var.ctx, c.req.valid("param").id), 200),
);
