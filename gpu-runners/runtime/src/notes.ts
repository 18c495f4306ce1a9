import type { NumberedNote } from "@whetstone/schemas/tasks";
import { TaskNote } from "@whetstone/schemas/api";
import { z } from "zod";

const maxPoints = 100;
const maxNotes = 8;

export interface Notes {
  /** Takes a note, or says why the API would refuse it: a malformed one must not cost a whole heartbeat. */
  add(note: TaskNote): string | undefined;
  /** What to tell now: the same again until `told`. */
  next(): NumberedNote[];
  told(number: number): void;
  isEmpty(): boolean;
}

/** What a task has to tell, kept until the API has heard it. Points of a curve that wait travel together. */
export function createNotes(): Notes {
  const waiting: TaskNote[] = [];
  let leaving: NumberedNote[] = [];
  let count = 0;

  return {
    add(given) {
      const parsed = TaskNote.safeParse(given);
      if (!parsed.success) return z.prettifyError(parsed.error);
      const note = parsed.data;
      const last = waiting.at(-1);
      const isMore = note.type === "task.metrics" && last?.type === "task.metrics";
      if (isMore && last.data.points.length + note.data.points.length <= maxPoints) {
        last.data.points.push(...note.data.points);
        return undefined;
      }
      waiting.push(note);
      return undefined;
    },
    next() {
      if (leaving.length === 0) leaving = waiting.splice(0, maxNotes).map((note) => ({ number: (count += 1), note }));
      return leaving;
    },
    told(number) {
      leaving = leaving.filter((note) => note.number > number);
    },
    isEmpty: () => waiting.length === 0 && leaving.length === 0,
  };
}
