import type { TaskNote } from "@whetstone/schemas/api";
import { expect, it } from "vitest";
import { createNotes } from "./notes.ts";
import { defineTask } from "./define-task.ts";
import { makeApi, makeRunner, ok, until } from "./make-runner.ts";
import { TaskError } from "./errors.ts";

const point = (step: number): TaskNote => ({ type: "task.metrics", data: { points: [{ step, loss: 1 / step }] } });
const alarm: TaskNote = { type: "task.alarm", data: { step: 3, code: "divergence", message: "the loss rose" } };

it("gathers points that wait, in their order among other notes, and repeats a batch until it is told", () => {
  const notes = createNotes();
  for (const note of [point(1), point(2), alarm, point(3)]) notes.add(note);

  const first = notes.next();
  notes.add(point(4));
  const again = notes.next();
  notes.told(first.at(-1)?.number ?? 0);

  expect(first.map(({ number, note }) => [number, note.type])).toEqual([
    [1, "task.metrics"],
    [2, "task.alarm"],
    [3, "task.metrics"],
  ]);
  expect(first[0]?.note.data).toEqual({
    points: [
      { step: 1, loss: 1 },
      { step: 2, loss: 0.5 },
    ],
  });
  expect(again).toEqual(first);
  expect(notes.next()).toMatchObject([{ number: 4, note: { data: { points: [{ step: 4 }] } } }]);
});

it("says what is wrong with a note instead of sending it", () => {
  const notes = createNotes();

  const problem = notes.add({ type: "task.metrics", data: { points: [{ step: 1, loss: Number.NaN }] } });

  expect(problem).toContain("loss");
  expect(notes.isEmpty()).toBe(true);
});

it.each(["done", "failed"] as const)("all notes of a task are told before it is %s", async (end) => {
  const api = await makeApi();
  const task = defineTask({
    kind: "noop",
    run: async ({ tell }) => {
      for (let step = 1; step <= 1000; step += 1) tell(point(step));
      tell(alarm);
      if (end === "failed") throw new TaskError("train_invalid", "the loss is no number", { fate: "final" });
      return ok;
    },
  });
  api.lend("task_1");

  await makeRunner(api, task);
  await until(() => api.completed.size + api.failed.length === 1);

  const told = api.heartbeats.flatMap(({ tasks }) => tasks.flatMap(({ notes }) => notes ?? []));
  const steps = told.flatMap(({ note }) => (note.type === "task.metrics" ? note.data.points.map((p) => p.step) : []));
  expect(steps).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  expect(told.at(-1)?.note).toEqual(alarm);
});
