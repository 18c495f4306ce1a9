import type { Plane } from "./planes.ts";

/** Clouds from 0 to 1 by diamonds and squares: `plasma_fractal` of hendrycks/robustness, its draws in the same order. `side` is a power of two. */
export function makeFogMap(side: number, decay: number, random: () => number): Plane {
  const data = new Float64Array(side * side);
  let wibble = 100;
  for (let step = side; step >= 2; step /= 2) {
    const half = step / 2;
    const count = side / step;
    const at = (y: number, x: number) => data[((y + side) % side) * side + ((x + side) % side)] ?? 0;
    const fill = ([startY, startX]: [number, number], sumAround: (y: number, x: number) => number) => {
      for (let row = 0; row < count; row++)
        for (let column = 0; column < count; column++) {
          const [y, x] = [startY + row * step, startX + column * step];
          data[y * side + x] = sumAround(y, x) / 4 + wibble * wibble * (2 * random() - 1);
        }
    };
    fill(
      [half, half],
      (y, x) => at(y - half, x - half) + at(y + half, x - half) + at(y - half, x + half) + at(y + half, x + half),
    );
    const cross = (y: number, x: number) => at(y - half, x) + at(y + half, x) + at(y, x - half) + at(y, x + half);
    fill([0, half], cross);
    fill([half, 0], cross);
    wibble /= decay;
  }
  const lowest = data.reduce((least, value) => Math.min(least, value), Infinity);
  const highest = data.reduce((most, value) => Math.max(most, value), -Infinity);
  return { data: data.map((value) => (value - lowest) / (highest - lowest)), width: side, height: side };
}
