import type { Pair } from "@whetstone/schemas/api";

/** What a paired test found, in words: who is better, by how much, how sure. */
export function describePair(
  { difference, interval, pValue, adjustedPValue, isSignificant }: Omit<Pair, "sentence">,
  { a, b, tests }: { a: string; b: string; tests: number },
): string {
  const adjusted = tests > 1 ? `, ${formatP(adjustedPValue)} adjusted for ${tests} tests` : "";
  const bounds = interval && orient(interval, difference);
  const range = bounds ? `95 % interval ${points(bounds.low)} to ${points(bounds.high)}, ` : "";
  const evidence = `(${range}p ${formatP(pValue).slice(2)}${adjusted})`;
  if (difference === 0) return `${a} and ${b} are equally good on these samples ${evidence}`;
  const [better, worse] = difference > 0 ? [b, a] : [a, b];
  const size = points(Math.abs(difference));
  if (isSignificant) return `${better} is better than ${worse} by ${size} points ${evidence}`;
  return `no clear difference: ${better} is ${size} points above ${worse}, which chance alone could do ${evidence}`;
}

/** The interval of the better one's lead. */
function orient({ low, high }: { low: number; high: number }, difference: number) {
  return difference >= 0 ? { low, high } : { low: -high, high: -low };
}

const points = (share: number) => (share * 100).toFixed(1).replace(/^-0\.0$/, "0.0");

export function formatP(p: number): string {
  if (p < 0.0001) return "p < 0.0001";
  return `p = ${p.toPrecision(p < 0.1 ? 1 : 2)}`;
}
