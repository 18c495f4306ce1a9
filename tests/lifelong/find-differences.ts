import type { RegimeRecord } from "@whetstone/core/lifelong";

interface Results<Regimes> {
  metrics: Record<string, unknown>;
  regimes: Regimes;
}

/** Lists of one value an expert run. The reference program reads runs of one label in the order of its file system. */
const expertLists = /(ste|se)_\w+_vals$|sample_efficiency_vals$/;

/** Where two results differ by more than 1e-9 max(1, |y|), or at all in text, counts, keys and lengths. */
export function findDifferences(
  expected: Results<string>,
  actual: Results<RegimeRecord[]>,
  { ignoresOrderOfExperts }: { ignoresOrderOfExperts: boolean },
): string[] {
  const found: string[] = [];
  compare(expected.metrics, actual.metrics, "metrics");
  compareRegimes();
  return found;

  function compare(a: unknown, b: unknown, path: string): void {
    if (Array.isArray(a) && Array.isArray(b)) {
      const isFree = ignoresOrderOfExperts && expertLists.test(path);
      const [left, right] = isFree ? [sort(a), sort(b)] : [a, b];
      if (left.length !== right.length) found.push(`${path}: ${left.length} values / ${right.length}`);
      for (const [i, value] of left.entries()) compare(value, right[i], `${path}[${i}]`);
    } else if (isObject(a) && isObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        if (Object.hasOwn(a, key) && Object.hasOwn(b, key)) compare(a[key], b[key], `${path}.${key}`);
        else found.push(`${path}.${key}: only in ${Object.hasOwn(a, key) ? "the reference" : "ours"}`);
      }
    } else if (!isSame(a, b)) found.push(`${path}: ${String(a)} / ${String(b)}`);
  }

  function compareRegimes(): void {
    const [head = [], ...rows] = expected.regimes
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    compare(head, Object.keys(actual.regimes[0] ?? {}), "regime columns");
    compare(rows.length, actual.regimes.length, "regime count");
    for (const [i, row] of rows.entries())
      for (const [column, name] of head.entries()) {
        const ours = actual.regimes[i]?.[name];
        const cell = unquote(row[column] ?? "");
        compare(typeof ours === "number" ? toNumber(cell) : cell, ours, `regime ${i} ${name}`);
      }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  const [left, right] = [noNaN(a), noNaN(b)];
  if (typeof left !== "number" || typeof right !== "number") return left === right;
  return left === right || Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left));
}

/** The reference program's NaN comes as null. */
function noNaN(value: unknown): unknown {
  return Number.isNaN(value) ? null : value;
}

function toNumber(cell: string): number {
  return cell === "" ? Number.NaN : Number(cell);
}

function unquote(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sort(values: readonly unknown[]): unknown[] {
  return values.toSorted((a, b) => Number(a) - Number(b));
}
