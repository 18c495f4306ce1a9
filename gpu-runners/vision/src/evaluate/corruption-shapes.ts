import type { Pixels } from "./corruption-pixels.ts";
import { makeFogMap } from "./fog-map.ts";
import { blur, makePlane, mirror, mirrorWithin, onPlanes, smear, warp, zoom } from "./planes.ts";

/** Corruptions that move pixels or lay weather over them: ways and constants of hendrycks/robustness, each in the order of its program's draws. */
type Random = () => number;
type Levels<Values> = readonly [Values, Values, Values, Values, Values];

/** Deviation of the blur, how far pixels are drawn from, how often. */
export const glass: Record<"photo" | "small", Levels<readonly [number, number, number]>> = {
  photo: [
    [0.7, 1, 2],
    [0.9, 2, 1],
    [1, 2, 3],
    [1.1, 3, 2],
    [1.5, 4, 2],
  ],
  small: [
    [0.05, 1, 1],
    [0.25, 1, 1],
    [0.4, 1, 1],
    [0.25, 1, 2],
    [0.4, 1, 2],
  ],
};
/** Radius and deviation of the trail. */
export const motion: Record<"photo" | "small", Levels<readonly [number, number]>> = {
  photo: [
    [10, 3],
    [15, 5],
    [15, 8],
    [15, 12],
    [20, 15],
  ],
  small: [
    [6, 1],
    [6, 1.5],
    [6, 2],
    [8, 2],
    [9, 2.5],
  ],
};
/** Zoomed from 1 up to (but for rounding, which NumPy has too) the first, by steps of the second. */
export const zooms: Record<"photo" | "small", Levels<readonly [number, number]>> = {
  photo: [
    [1.11, 0.01],
    [1.16, 0.01],
    [1.21, 0.02],
    [1.26, 0.02],
    [1.31, 0.03],
  ],
  small: [
    [1.06, 0.01],
    [1.11, 0.01],
    [1.16, 0.01],
    [1.21, 0.01],
    [1.26, 0.01],
  ],
};
/** Thickness, and how fast the clouds get smoother. */
export const fogs: Record<"photo" | "small", Levels<readonly [number, number]>> = {
  photo: [
    [1.5, 2],
    [2, 2],
    [2.5, 1.7],
    [2.5, 1.5],
    [3, 1.4],
  ],
  small: [
    [0.2, 3],
    [0.5, 3],
    [0.75, 2.5],
    [1, 2],
    [1.5, 1.75],
  ],
};
/** Mean and deviation of the flakes' noise, their zoom, what is too faint, radius and deviation of their trail, share of the image that stays. */
export const snows: Record<"photo" | "small", Levels<readonly number[]>> = {
  photo: [
    [0.1, 0.3, 3, 0.5, 10, 4, 0.8],
    [0.2, 0.3, 2, 0.5, 12, 4, 0.7],
    [0.55, 0.3, 4, 0.9, 12, 8, 0.7],
    [0.55, 0.3, 4.5, 0.85, 12, 8, 0.65],
    [0.55, 0.3, 2.5, 0.85, 12, 12, 0.55],
  ],
  small: [
    [0.1, 0.2, 1, 0.6, 8, 3, 0.95],
    [0.1, 0.2, 1, 0.5, 10, 4, 0.9],
    [0.15, 0.3, 1.75, 0.55, 10, 4, 0.9],
    [0.25, 0.3, 2.25, 0.6, 12, 6, 0.85],
    [0.3, 0.3, 1.25, 0.65, 14, 12, 0.8],
  ],
};
/** Height and smoothness of the waves, and how far the corners move, in parts of the side they were made for. */
export const elastics: Record<"photo" | "small", { side: number; levels: Levels<readonly [number, number, number]> }> =
  {
    photo: {
      side: 244,
      levels: [
        [2, 0.7, 0.1],
        [2, 0.08, 0.2],
        [0.05, 0.01, 0.02],
        [0.07, 0.01, 0.02],
        [0.12, 0.01, 0.02],
      ],
    },
    small: {
      side: 32,
      levels: [
        [0, 0, 0.08],
        [0.05, 0.2, 0.07],
        [0.08, 0.06, 0.06],
        [0.1, 0.04, 0.05],
        [0.1, 0.03, 0.03],
      ],
    },
  };

const clip = (value: number): number => Math.min(1, Math.max(0, value));

/** The program means to swap neighbours; NumPy's views make it copy, and so do all images published. */
export function addGlass(
  pixels: Pixels,
  [sigma, reach, rounds]: readonly [number, number, number],
  random: Random,
): void {
  const { data, width, height } = pixels;
  const soften = () => onPlanes(pixels, (plane) => blur(plane, { sigma, edge: "nearest", truncate: 4 }));
  soften();
  data.forEach((value, i) => (data[i] = Math.floor(255 * value + 1e-9) / 255));
  const draw = () => Math.floor(2 * reach * random()) - reach;
  for (let round = 0; round < rounds; round++)
    for (let y = height - reach; y > reach; y--)
      for (let x = width - reach; x > reach; x--) {
        const [dx, dy] = [draw(), draw()];
        const from = 3 * ((y + dy) * width + x + dx);
        data.copyWithin(3 * (y * width + x), from, from + 3);
      }
  soften();
}

export function addMotion(pixels: Pixels, [radius, sigma]: readonly [number, number], random: Random): void {
  const angle = 90 * random() - 45;
  onPlanes(pixels, (plane) => smear(plane, { radius, sigma, angle }));
}

export function addZoom(pixels: Pixels, [end, step]: readonly [number, number]): void {
  const count = Math.ceil((end - 1) / step);
  onPlanes(pixels, (plane) => {
    const sum = Float64Array.from(plane.data);
    for (let i = 0; i < count; i++)
      zoom(plane, 1 + i * step).data.forEach((value, at) => (sum[at] = (sum[at] ?? 0) + value));
    return { ...plane, data: sum.map((value) => value / (count + 1)) };
  });
}

export function addFog(
  { data, width, height }: Pixels,
  [thickness, decay]: readonly [number, number],
  random: Random,
): void {
  const side = 2 ** Math.ceil(Math.log2(Math.max(width, height, 2)));
  const fog = makeFogMap(side, decay, random);
  const brightest = data.reduce((most, value) => Math.max(most, value), 0);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const cloud = fog.data[Math.floor(pixel / width) * side + (pixel % width)] ?? 0;
    data[i] = clip((((data[i] ?? 0) + thickness * cloud) * brightest) / (brightest + thickness));
  }
}

/** The image paler, and two layers of flakes, one the other upside down. */
export function addSnow(pixels: Pixels, level: readonly number[], random: Random): void {
  const { data, width, height } = pixels;
  const [mean = 0, deviation = 0, factor = 1, faintest = 0, radius = 0, sigma = 1, share = 1] = level;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const noise = zoom(
    makePlane({ width, height }, () => mean + deviation * normal()),
    factor,
  );
  const flakes = { ...noise, data: noise.data.map((value) => (value < faintest ? 0 : clip(value))) };
  const snow = smear(flakes, { radius, sigma, angle: 90 * random() - 135 }).data.map(
    (value) => Math.round(255 * value) / 255,
  );
  for (let pixel = 0; pixel < snow.length; pixel++) {
    const [red = 0, green = 0, blue = 0] = data.subarray(3 * pixel, 3 * pixel + 3);
    const pale = 1.5 * (0.299 * red + 0.587 * green + 0.114 * blue) + 0.5;
    const fallen = (snow[pixel] ?? 0) + (snow[snow.length - 1 - pixel] ?? 0);
    for (let i = 3 * pixel; i < 3 * pixel + 3; i++) {
      const value = data[i] ?? 0;
      data[i] = clip(share * value + (1 - share) * Math.max(value, pale) + fallen);
    }
  }
}

/** Three corners moved at random, then waves. */
export function bend(
  pixels: Pixels,
  { side, level: [height, smoothness, corners] }: { side: number; level: readonly [number, number, number] },
  random: Random,
): void {
  const back = affineBack(pixels, () => corners * side * (2 * random() - 1));
  const waves = () =>
    blur(
      makePlane(pixels, () => 2 * random() - 1),
      { sigma: smoothness * side, edge: "reflect", truncate: 3 },
    ).data;
  const [across, down] = [waves(), waves()];
  const tall = height * side;
  onPlanes(pixels, (plane) =>
    warp(
      warp(plane, back, mirrorWithin),
      (x, y) => {
        const i = y * plane.width + x;
        return [x + tall * (across[i] ?? 0), y + tall * (down[i] ?? 0)];
      },
      mirror,
    ),
  );
}

/** From each pixel of the moved image back to its place before, as `getAffineTransform` and `warpAffine` of OpenCV have it. */
function affineBack(
  { width, height }: Pixels,
  move: () => number,
): (x: number, y: number) => readonly [number, number] {
  const [middleX, middleY, arm] = [
    Math.floor(height / 2),
    Math.floor(width / 2),
    Math.floor(Math.min(width, height) / 3),
  ];
  const before = [
    [middleX + arm, middleY + arm],
    [middleX + arm, middleY - arm],
    [middleX - arm, middleY - arm],
  ] as const;
  const [a, b, c] = before.map(([x, y]) => [x + move(), y + move()] as const);
  if (!a || !b || !c) throw new RangeError("a triangle has three corners");
  const [ux, uy, vx, vy] = [a[0] - b[0], a[1] - b[1], c[0] - b[0], c[1] - b[1]];
  const area = ux * vy - uy * vx;
  return (x, y) => {
    // In steps from the second corner to the first and to the third, which were straight up and left.
    const alongFirst = ((x - b[0]) * vy - (y - b[1]) * vx) / area;
    const alongThird = ((y - b[1]) * ux - (x - b[0]) * uy) / area;
    return [before[1][0] - 2 * arm * alongThird, before[1][1] + 2 * arm * alongFirst];
  };
}
