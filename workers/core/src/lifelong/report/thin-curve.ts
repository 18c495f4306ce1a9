const mostPoints = 240;

/** A curve for a chart: means of equal stretches, at most 240 of them, each at its middle. `start` is the first value's place. */
export function thinCurve(values: Float64Array, start = 0): [x: number, y: number][] {
  const width = Math.max(1, Math.ceil(values.length / mostPoints));
  const points: [number, number][] = [];
  for (let from = 0; from < values.length; from += width) {
    const part = values.subarray(from, from + width);
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    if (Number.isFinite(mean)) points.push([start + from + (part.length - 1) / 2, round(mean)]);
  }
  return points;
}

/** Six digits are more than a chart shows. */
export function round(value: number): number {
  return Number(value.toPrecision(6));
}
