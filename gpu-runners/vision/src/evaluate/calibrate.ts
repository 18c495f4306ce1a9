import type { ScoresOf } from "./evaluation-context.ts";

type Calibration = ScoresOf<"zero-shot-classification">["calibration"];

const binCount = 15;

/**
 * Expected calibration error: the mean over samples of |accuracy - confidence| of their bin, 15 bins of equal width (Guo et al., ICML 2017).
 * Bin b holds confidences in (b/15, (b+1)/15].
 */
export function calibrate(
  confidences: ArrayLike<number>,
  { isRight, logitScale }: { isRight: (sample: number) => boolean; logitScale: number },
): Calibration {
  const bins = Array.from({ length: binCount }, (_, bin) => ({
    low: bin / binCount,
    count: 0,
    confidence: 0,
    right: 0,
  }));
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i] ?? 0;
    const bin = bins[Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1))];
    if (!bin) continue;
    bin.count++;
    bin.confidence += confidence;
    bin.right += isRight(i) ? 1 : 0;
  }
  const filled = bins.filter(({ count }) => count > 0);
  return {
    ece: filled.reduce((sum, { confidence, right }) => sum + Math.abs(right - confidence), 0) / confidences.length,
    logitScale,
    bins: filled.map(({ low, count, confidence, right }) => ({
      low,
      count,
      confidence: Math.min(1, confidence / count),
      accuracy: right / count,
    })),
  };
}
