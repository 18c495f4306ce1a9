import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TrainEvent } from "@whetstone/schemas/tasks";
import { afterAll, expect, test, vi } from "vitest";
import { runProgram } from "./run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "run-program-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program of a few lines that keeps the trainer's manners; it gets `-m trainer --attached <spec>` like the real one. */
function makeProgram(body: string): string {
  const path = join(mkdtempSync(join(folder, "program-")), "python");
  writeFileSync(path, `#!${process.execPath}\nconst say = (event) => console.log(JSON.stringify(event));\n${body}`, {
    mode: 0o755,
  });
  return path;
}

function start(python: string, signal = new AbortController().signal) {
  const events: TrainEvent[] = [];
  const done = runProgram({
    python,
    gpus: 0,
    specPath: join(folder, "spec.json"),
    signal,
    log: () => {},
    onEvent: (event) => void events.push(event),
  });
  done.catch(() => {});
  return { done, events };
}

test("events come through and other lines are no events", async () => {
  const { done, events } = start(
    makeProgram(`say({ type: "start", step: 0, total_steps: 2 }); console.log("hello"); say({ type: "nonsense" });`),
  );

  await done;

  expect(events).toEqual([{ type: "start", step: 0, total_steps: 2 }]);
});

test("a bad spec is final and says why", async () => {
  const { done } = start(
    makeProgram(
      `say({ type: "error", code: "invalid_spec", message: "recipe.steps must be at least 1" }); process.exitCode = 2;`,
    ),
  );

  await expect(done).rejects.toMatchObject({
    code: "train_invalid",
    fate: "final",
    message: "recipe.steps must be at least 1",
  });
});

test("any other end may be tried again", async () => {
  await expect(start(makeProgram(`console.error("out of memory"); process.exitCode = 1;`)).done).rejects.toMatchObject({
    fate: "retry",
    message: expect.stringContaining("out of memory"),
  });
  await expect(start(makeProgram(`process.kill(process.pid, "SIGKILL");`)).done).rejects.toMatchObject({
    fate: "retry",
    message: expect.stringContaining("SIGKILL"),
  });
  await expect(start(join(folder, "nowhere")).done).rejects.toMatchObject({
    code: "python_missing",
    message: expect.stringContaining("WHETSTONE_PYTHON"),
  });
});

test("stopped, it ends the program, even one that will not hear", { timeout: 30_000 }, async () => {
  const stop = new AbortController();
  const { done, events } = start(
    makeProgram(
      `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); say({ type: "start", step: 0, total_steps: process.pid });`,
    ),
    stop.signal,
  );
  await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 15_000 });
  const pid = events[0]?.type === "start" ? events[0].total_steps : 0;

  stop.abort(new Error("cancelled"));

  await expect(done).rejects.toThrow("cancelled");
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("the program sees no token or secret", async () => {
  vi.stubEnv("WHETSTONE_RUNNER_TOKEN", "secret");
  const seen = join(folder, "seen.json");

  await start(makeProgram(`require("node:fs").writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.env));`))
    .done;

  expect(readFileSync(seen, "utf8")).not.toContain("WHETSTONE_RUNNER_TOKEN");
  vi.unstubAllEnvs();
});
