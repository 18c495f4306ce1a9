export interface Tried {
  lambda: number;
  accuracy: number;
}

const count = 97;
const grid = Array.from({ length: count }, (_, i) => 10 ** (-6 + (12 * i) / (count - 1)));

/**
 * CLIP's sweep (Radford et al. 2021, appendix A.3): of 97 strengths from 1e-6 to 1e6 seven are tried, then the neighbours of the best at half the
 * distance, down to eight steps a decade. The first of equals wins, as in CLIP_benchmark.
 */
export async function sweepLambda(
  accuracyAt: (lambda: number) => Promise<number>,
  lambdas: readonly number[] | undefined,
): Promise<{ best: number; tried: Tried[] }> {
  const accuracies = new Map<number, number>();
  const tryOut = async (lambda: number) => {
    if (!accuracies.has(lambda)) accuracies.set(lambda, await accuracyAt(lambda));
  };
  const values = lambdas ?? grid;
  const findPeak = async (indexes: number[]): Promise<number> => {
    let peak = indexes[0] ?? 0;
    for (const index of indexes) {
      await tryOut(values[index] ?? 1);
      if ((accuracies.get(values[index] ?? 1) ?? 0) > (accuracies.get(values[peak] ?? 1) ?? 0)) peak = index;
    }
    return peak;
  };

  let peak = await findPeak(lambdas ? [...values.keys()] : [0, 16, 32, 48, 64, 80, 96]);
  for (let span = lambdas ? 0 : 8; span > 0; span = Math.floor(span / 2))
    peak = await findPeak([...new Set([Math.max(peak - span, 0), peak, Math.min(peak + span, count - 1)])]);
  const tried = [...accuracies].map(([lambda, accuracy]) => ({ lambda, accuracy }));
  return { best: values[peak] ?? 1, tried: tried.toSorted((a, b) => a.lambda - b.lambda) };
}
