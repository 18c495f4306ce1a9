import type { Iteration, Loop, LoopComparison, Method } from "@whetstone/schemas/api";
import { formatTable } from "../output.ts";
import { formatCount, formatSeconds } from "../units.ts";

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function describeLoop(loop: Loop, turns: readonly Iteration[]): string {
  const { spent } = loop.budget;
  const head = [
    `loop ${loop.id} (${loop.name}): ${loop.method}, ${loop.status}`,
    `iteration ${loop.iteration.done} of ${loop.iteration.total}, promoted: ${loop.promoted}, policy ${loop.weights["policy"] ?? "as uploaded"}`,
    `spent: ${formatCount(spent.samples)} samples, ${formatCount(spent.tokens)} tokens, ${formatSeconds(spent.gpuSeconds)} of work`,
    ...(loop.reason === null ? [] : [loop.reason]),
  ];
  return `${head.join("\n")}\n\n${tabulateIterations(turns)}`;
}

export function tabulateIterations(turns: readonly Iteration[]): string {
  return formatTable([
    ["ITERATION", "STATUS", "RIGHT", "95 %", "KEPT", "REWARD", "ALARMS"],
    ...turns.map(({ number, status, monitors, alarms }) => [
      String(number),
      status,
      monitors ? percent(monitors.verified.value) : "",
      monitors ? `${percent(monitors.verified.low)} to ${percent(monitors.verified.high)}` : "",
      typeof monitors?.keptShare === "number" ? percent(monitors.keptShare) : "",
      monitors?.meanReward?.toFixed(3) ?? "",
      alarms.map(({ code }) => code).join(", "),
    ]),
  ]);
}

export function tabulateLoops(loops: readonly Loop[]): string {
  return formatTable([
    ["LOOP", "NAME", "METHOD", "STATUS", "ITERATION", "PROMOTED", "CREATED"],
    ...loops.map(({ id, name, method, status, iteration, promoted, createdAt }) => [
      id,
      name,
      method,
      status,
      `${iteration.done}/${iteration.total}`,
      String(promoted),
      createdAt,
    ]),
  ]);
}

export function tabulateMethods(methods: readonly Method[]): string {
  return formatTable([
    ["METHOD", "PAPER", "PARAMETERS"],
    ...methods.map(({ id, paper, parameters }) => [
      id,
      `arXiv:${paper.arxiv} (${paper.year})`,
      String(parameters.length),
    ]),
  ]);
}

export function describeComparison({ loops, pairs }: LoopComparison): string {
  const right = (share: { value: number; low: number; high: number } | null): string =>
    share ? `${percent(share.value)} (${percent(share.low)} to ${percent(share.high)})` : "";
  const sides = formatTable([
    ["LOOP", "NAME", "METHOD", "BASE", "PROMOTED", "SAMPLES"],
    ...loops.map(({ loop, base, promoted }) => [
      loop.id,
      loop.name,
      loop.method,
      right(base),
      right(promoted),
      formatCount(loop.budget.spent.samples),
    ]),
  ]);
  const lines = pairs.map(
    ({ a, b, queries, onlyA, onlyB, pValue }) =>
      `${a} against ${b}: of ${queries} queries ${onlyA} right in the first alone, ${onlyB} in the second alone, p = ${pValue.toPrecision(3)} (exact McNemar)`,
  );
  return `${sides}\n\n${lines.join("\n")}`;
}
