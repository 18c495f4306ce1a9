import type { AccuracyMatrix } from "./accuracy-matrix.ts";
import { createGrid, type Grid } from "./grid.ts";

/** A number under the name of whoever defined it. Value null: the matrix lacks what it needs. */
export interface MatrixMetric {
  suite: string;
  name: string;
  /** The formula; T steps, R[i][j] score on j after i, b untrained, a* reference. */
  definition: string;
  value: number | null;
}

/** Every suite's metrics of an accuracy matrix. Suites disagree under one name, so each metric says whose it is. */
export function measureMatrix(matrix: AccuracyMatrix): MatrixMetric[] {
  const grid = createGrid(matrix);
  return [
    ...measureGem(grid),
    ...measureChaudhry(grid, matrix),
    ...measureAveraged(grid, matrix),
    ...measureDiazRodriguez(grid),
    ...measureLibraries(grid),
    ...measureDomains(grid),
  ];
}

/** Lopez-Paz & Ranzato 2017: the paper, and its published code, which divides by T where the paper divides by T - 1. */
function measureGem({ steps, last, diagonal, at, ahead }: Grid): MatrixMetric[] {
  const suite = "GEM (paper)";
  const code = "GEM (published code)";
  const bwt = mean(range(0, steps - 1).map((j) => minus(last(j), diagonal(j))));
  const fwt = mean(range(1, steps).map((j) => ahead(j)));
  const share = (steps - 1) / steps;
  return [
    { suite, name: "ACC", definition: "mean_j R[T][j]", value: mean(range(0, steps).map((j) => at(steps - 1, j))) },
    { suite, name: "BWT", definition: "mean_{j<T} R[T][j] - R[j][j]", value: bwt },
    { suite, name: "FWT", definition: "mean_{j>=2} R[j-1][j] - b[j]", value: fwt },
    { suite: code, name: "BWT", definition: "(1/T) sum_{j<T} R[T][j] - R[j][j]", value: times(bwt, share) },
    { suite: code, name: "FWT", definition: "(1/T) sum_{j>=2} R[j-1][j] - b[j]", value: times(fwt, share) },
  ];
}

/** Chaudhry et al. 2018 (RWalk). */
function measureChaudhry({ steps, last, at, diagonal }: Grid, { reference }: AccuracyMatrix): MatrixMetric[] {
  const suite = "Chaudhry 2018 (RWalk)";
  const drop = (j: number, from: number): number | null =>
    minus(most(range(from, steps - 1).map((l) => at(l, j))), last(j));
  return [
    {
      suite,
      name: "forgetting",
      definition: "mean_{j<T} max_{l<T} R[l][j] - R[T][j]",
      value: mean(range(0, steps - 1).map((j) => drop(j, 0))),
    },
    {
      suite: `${suite}, maximum from step j on`,
      name: "forgetting",
      definition: "mean_{j<T} max_{j<=l<T} R[l][j] - R[T][j]",
      value: mean(range(0, steps - 1).map((j) => drop(j, j))),
    },
    {
      suite,
      name: "intransigence",
      definition: "a*[T] - R[T][T]",
      value: minus(reference?.[steps - 1] ?? null, diagonal(steps - 1)),
    },
    {
      suite: "BeGin",
      name: "intransigence",
      definition: "mean_k a*[k] - R[k][k]",
      value: mean(range(0, steps).map((k) => minus(reference?.[k] ?? null, diagonal(k)))),
    },
  ];
}

/** A-GEM (Chaudhry et al. 2019), Riemer et al. 2019, iCaRL (Rebuffi et al. 2017). */
function measureAveraged({ steps, at, diagonal }: Grid, { firstBatches }: AccuracyMatrix): MatrixMetric[] {
  const upTo = (i: number): number | null => mean(range(0, i + 1).map((j) => at(i, j)));
  const batches = firstBatches?.map((row) => mean(row));
  return [
    { suite: "A-GEM", name: "A_T", definition: "mean_{j<=T} R[T][j]", value: upTo(steps - 1) },
    {
      suite: "A-GEM",
      name: `LCA_${firstBatches ? firstBatches.length - 1 : "beta"}`,
      definition: "mean_{b=0..beta} mean_k score on task k after b of its mini-batches",
      value: batches ? mean(batches) : null,
    },
    { suite: "Riemer 2019", name: "LA", definition: "mean_j R[j][j]", value: mean(range(0, steps).map(diagonal)) },
    {
      suite: "Rebuffi 2017 (iCaRL)",
      name: "average incremental accuracy",
      definition: "mean_i mean_{j<=i} R[i][j]",
      value: mean(range(0, steps).map(upTo)),
    },
  ];
}

/** Diaz-Rodriguez et al. 2018. */
function measureDiazRodriguez({ steps, at, diagonal }: Grid): MatrixMetric[] {
  const suite = "Diaz-Rodriguez 2018";
  const pairs = (isKept: (i: number, j: number) => boolean): [number, number][] =>
    range(0, steps).flatMap((i) => range(0, steps).flatMap((j): [number, number][] => (isKept(i, j) ? [[i, j]] : [])));
  const bwt = mean(pairs((i, j) => j < i).map(([i, j]) => minus(at(i, j), diagonal(j))));
  return [
    {
      suite,
      name: "A",
      definition: "mean_{i>=j} R[i][j]",
      value: mean(pairs((i, j) => i >= j).map(([i, j]) => at(i, j))),
    },
    {
      suite,
      name: "FWT",
      definition: "mean_{i<j} R[i][j]",
      value: mean(pairs((i, j) => i < j).map(([i, j]) => at(i, j))),
    },
    { suite, name: "BWT", definition: "mean_{j<i} R[i][j] - R[j][j]", value: bwt },
    {
      suite,
      name: "REM",
      definition: "1 - |min(BWT, 0)|",
      value: bwt === null ? null : 1 - Math.abs(Math.min(bwt, 0)),
    },
    { suite, name: "BWT+", definition: "max(BWT, 0)", value: bwt === null ? null : Math.max(bwt, 0) },
  ];
}

/** What Avalanche and Mammoth compute under these names. */
function measureLibraries({ steps, at, last, diagonal, ahead }: Grid): MatrixMetric[] {
  const old = range(0, steps - 1);
  const forgetting = mean(old.map((j) => minus(diagonal(j), last(j))));
  const zeroed = (i: number, j: number): number => at(i, j) ?? 0;
  const mammoth = old.map((j) => Math.max(...range(0, steps).map((i) => zeroed(i, j))) - zeroed(steps - 1, j));
  const fwt = mean(range(1, steps).map((j) => ahead(j)));
  return [
    { suite: "Avalanche", name: "forgetting", definition: "mean_{j<T} R[j][j] - R[T][j]", value: forgetting },
    { suite: "Avalanche", name: "BWT", definition: "-forgetting", value: times(forgetting, -1) },
    { suite: "Avalanche", name: "forward transfer", definition: "mean_{j>=2} R[j-1][j] - b[j]", value: fwt },
    { suite: "Mammoth", name: "BWT", definition: "mean_{j<T} R[T][j] - R[j][j]", value: times(forgetting, -1) },
    { suite: "Mammoth", name: "FWT", definition: "mean_{j>=2} R[j-1][j] - b[j]", value: fwt },
    {
      suite: "Mammoth",
      name: "forgetting",
      definition: "mean_{j<T} max_{l<=T} R[l][j] - R[T][j], missing ones 0",
      value: mean(mammoth),
    },
  ];
}

/** CLEAR (Lin et al. 2021) and, in the same form, the dynamic evaluations of TiC-CLIP (Garg et al. 2024): levels, not differences. */
function measureDomains({ steps, at, diagonal }: Grid): MatrixMetric[] {
  const rows = range(0, steps);
  const cells = (isKept: (i: number, j: number) => boolean): (number | null)[] =>
    rows.flatMap((i) => rows.flatMap((j) => (isKept(i, j) ? [at(i, j)] : [])));
  const inDomain = mean(rows.map(diagonal));
  const next = mean(range(1, steps).map((j) => at(j - 1, j)));
  const backward = mean(cells((i, j) => j < i));
  const forward = mean(cells((i, j) => j > i));
  return ["CLEAR", "TiC-CLIP"].flatMap((suite) => [
    { suite, name: "in-domain", definition: "mean_i R[i][i]", value: inDomain },
    ...(suite === "CLEAR"
      ? [
          { suite, name: "next-domain", definition: "mean_i R[i][i+1]", value: next },
          { suite, name: "accuracy", definition: "mean_{i>=j} R[i][j]", value: mean(cells((i, j) => j <= i)) },
        ]
      : []),
    { suite, name: "backward transfer", definition: "mean_{i>j} R[i][j]", value: backward },
    { suite, name: "forward transfer", definition: "mean_{i<j} R[i][j]", value: forward },
  ]);
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

/** Null for none, and when one of them is missing. */
function mean(values: readonly (number | null)[]): number | null {
  if (values.length === 0 || values.includes(null)) return null;
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function minus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

function times(a: number | null, factor: number): number | null {
  return a === null ? null : a * factor;
}
