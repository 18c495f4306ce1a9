/** What a square of the map shows, the most urgent first: of tasks drawn as one, a failure is never hidden by a success. */
export const states = [
  { id: "failed", letters: "fF", colour: "#e03131" },
  { id: "retried", letters: "WL", colour: "#f08c00" },
  { id: "leased", letters: "l", colour: "#3b5bdb" },
  { id: "waiting", letters: "w", colour: "#adb5bd" },
  { id: "cancelled", letters: "cC", colour: "#6741d9" },
  { id: "doneRetried", letters: "S", colour: "#94d82d" },
  { id: "done", letters: "s", colour: "#2f9e44" },
] as const;
export type StateId = (typeof states)[number]["id"];

const stateOf = new Map(states.flatMap(({ id, letters }, i) => letters.split("").map((letter) => [letter, { id, i }])));

/** Tasks by state; those beyond the letters are not planned yet and wait. */
export function countStates({ letters, taskCount }: { letters: string; taskCount: number }): Record<StateId, number> {
  const counts = Object.fromEntries(states.map(({ id }) => [id, 0])) as Record<StateId, number>;
  for (const letter of letters) {
    const state = stateOf.get(letter);
    if (state) counts[state.id] += 1;
  }
  counts.waiting += Math.max(0, taskCount - letters.length);
  return counts;
}

export interface Cells {
  columns: number;
  rows: number;
  /** Tasks a square stands for. */
  perCell: number;
  /** For each square the place of its state in `states`. */
  worst: Uint8Array;
}

/** Squares in reading order; where there are more tasks than squares, each stands for several and shows the most urgent of them. */
export function toCells(
  { letters, taskCount }: { letters: string; taskCount: number },
  { columns, maxRows }: { columns: number; maxRows: number },
): Cells {
  const perCell = Math.max(1, Math.ceil(taskCount / (columns * maxRows)));
  const count = Math.ceil(taskCount / perCell);
  const waiting = stateOf.get("w")?.i ?? 0;
  const worst = new Uint8Array(count).fill(states.length);
  for (let task = 0; task < taskCount; task += 1) {
    const state = stateOf.get(letters[task] ?? "w")?.i ?? waiting;
    const cell = Math.floor(task / perCell);
    if (state < (worst[cell] ?? states.length)) worst[cell] = state;
  }
  return { columns, rows: Math.ceil(count / columns), perCell, worst };
}
