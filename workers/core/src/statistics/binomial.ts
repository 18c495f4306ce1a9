/** log(n!) by Stirling's series from 10 on, good to 1e-13 of the result. */
function logFactorial(n: number): number {
  if (n < 10) {
    let product = 1;
    for (let i = 2; i <= n; i += 1) product *= i;
    return Math.log(product);
  }
  const x = n + 1;
  const tail = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + tail;
}

/** log of the probability of `k` successes in `n` tries of probability `p`. */
export function binomialLogPmf(k: number, { n, p }: { n: number; p: number }): number {
  const choose = logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  return choose + (k === 0 ? 0 : k * Math.log(p)) + (k === n ? 0 : (n - k) * Math.log1p(-p));
}

/** Two-sided p-value of `k` successes in `n` fair tries: the exact sign test. 1 where nothing was tried. */
export function fairTossPValue(k: number, n: number): number {
  const rarer = Math.min(k, n - k);
  if (2 * rarer >= n) return 1;
  // Terms below the first shrink by i / (n - i + 1) each, so a sum in units of the largest neither over- nor underflows.
  let term = 1;
  let sum = 1;
  for (let i = rarer; i > 0 && term > 1e-18; i -= 1) {
    term *= i / (n - i + 1);
    sum += term;
  }
  return Math.min(1, 2 * sum * Math.exp(binomialLogPmf(rarer, { n, p: 0.5 })));
}

/** Successes in `n` tries of probability `p`: few expected ones by counting gaps, many by rejection (BTRS, Hörmann 1993). */
export function drawBinomial({ n, p }: { n: number; p: number }, random: () => number): number {
  if (p <= 0 || n === 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - drawBinomial({ n, p: 1 - p }, random);
  return n * p < 10 ? countGaps({ n, p }, random) : rejectTransformed({ n, p }, random);
}

function countGaps({ n, p }: { n: number; p: number }, random: () => number): number {
  const logMiss = Math.log1p(-p);
  let successes = -1;
  for (let tries = 0; tries <= n; successes += 1) tries += Math.floor(Math.log(1 - random()) / logMiss) + 1;
  return successes;
}

function rejectTransformed({ n, p }: { n: number; p: number }, random: () => number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const mode = Math.floor((n + 1) * p);
  const atMode = binomialLogPmf(mode, { n, p });
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || k > n) continue;
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= binomialLogPmf(k, { n, p }) - atMode) return k;
  }
}
