import type { LoopHistory, LoopSpec, Move } from "./loop-spec.ts";

const maxUnchanged = 2;

/** Whether the loop is over now that its last iteration has ended, and why. */
export function findEnd(spec: LoopSpec, { iterations }: LoopHistory): Extract<Move, { kind: "end" }> | undefined {
  const turns = iterations.slice(1);
  const last = turns.at(-1);
  const stoppedBy = last?.decisions["stoppedBy"];
  if (typeof stoppedBy === "string") return stopped(stoppedBy);
  const fatal = (last?.alarms ?? []).filter(({ isFatal }) => isFatal);
  if (last && fatal.length > 0) {
    const said = fatal.map(({ code, sentence }) => `${code}: ${sentence}`).join("; ");
    return stopped(`alarm at iteration ${last.number}: ${said}`);
  }
  if (turns.slice(-maxUnchanged).filter(({ status }) => status === "unchanged").length === maxUnchanged)
    return stopped(
      `iterations ${turns.length - 1} and ${turns.length} had nothing to learn from and left the model as it was`,
    );
  const refused = turns.length - 1 - turns.findLastIndex(({ status }) => status !== "refused" && status !== "failed");
  if (refused >= spec.gate.maxRefusals) return stopped(`${refused} candidates in a row were not let in`);
  if (turns.length >= spec.iterations)
    return { kind: "end", outcome: "succeeded", reason: `all ${spec.iterations} iterations are done` };
  return undefined;
}

const stopped = (reason: string): Extract<Move, { kind: "end" }> => ({ kind: "end", outcome: "stopped", reason });
