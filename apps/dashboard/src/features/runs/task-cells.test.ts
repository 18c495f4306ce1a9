import { expect, it } from "vitest";
import { countStates, states, toCells } from "./task-cells.ts";

const idsOf = (worst: Uint8Array) => Array.from(worst, (i) => states[i]?.id);

it("counts tasks by state, and those not planned yet as waiting", () => {
  expect(countStates({ letters: "ssSfWlwc", taskCount: 10 })).toEqual({
    done: 2,
    doneRetried: 1,
    failed: 1,
    retried: 1,
    leased: 1,
    waiting: 3,
    cancelled: 1,
  });
});

it("draws a square a task while there is room", () => {
  const { worst, rows, perCell } = toCells({ letters: "sfw", taskCount: 5 }, { columns: 2, maxRows: 10 });

  expect({ ids: idsOf(worst), rows, perCell }).toEqual({
    ids: ["done", "failed", "waiting", "waiting", "waiting"],
    rows: 3,
    perCell: 1,
  });
});

it("never hides a failure among a hundred thousand tasks", () => {
  const letters = `${"s".repeat(70_000)}f${"s".repeat(29_999)}`;

  const { worst, rows, perCell } = toCells({ letters, taskCount: 100_000 }, { columns: 100, maxRows: 30 });

  expect(perCell).toBe(34);
  expect(rows).toBeLessThanOrEqual(30);
  expect(idsOf(worst).filter((id) => id === "failed")).toHaveLength(1);
});
