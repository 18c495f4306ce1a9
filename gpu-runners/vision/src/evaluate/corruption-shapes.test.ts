import { readFileSync } from "node:fs";
import { movingCorruptions } from "@whetstone/schemas/api";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { corruptImage } from "./corrupt-image.ts";
import {
  addFog,
  addGlass,
  addMotion,
  addSnow,
  addZoom,
  bend,
  elastics,
  fogs,
  glass,
  motion,
  snows,
  zooms,
} from "./corruption-shapes.ts";
import type { Pixels } from "./corruption-pixels.ts";
import { blur, makePlane, mirror, smear, warp, zoom } from "./planes.ts";
import { createRandom } from "./random.ts";

type Case = { name: (typeof movingCorruptions)[number]; strength: number; pixels: number[] };
type Fixture = { side: number; seed: number; picture: number[]; cases: Case[] };

/** Made by make_corruptions.py there. */
const { side, seed, picture, cases }: Fixture = JSON.parse(
  readFileSync(new URL("../../../../tests/fixtures/corruptions.json", import.meta.url), "utf8"),
);
const toPixels = (bytes: number[]): Pixels => ({
  data: Float64Array.from(bytes, (byte) => byte / 255),
  width: side,
  height: side,
});
const none = [0, 1, 0] as const;

function spoil(pixels: Pixels, { name, strength }: Pick<Case, "name" | "strength">, random: () => number): void {
  const level = strength - 1;
  switch (name) {
    case "glass_blur":
      return addGlass(pixels, glass.photo[level] ?? none, random);
    case "motion_blur":
      return addMotion(pixels, motion.photo[level] ?? [0, 1], random);
    case "zoom_blur":
      return addZoom(pixels, zooms.photo[level] ?? [1, 1]);
    case "fog":
      return addFog(pixels, fogs.photo[level] ?? [0, 1], random);
    case "snow":
      return addSnow(pixels, snows.photo[level] ?? [], random);
    case "elastic_transform":
      return bend(pixels, { side: elastics.photo.side, level: elastics.photo.levels[level] ?? none }, random);
  }
}

describe("corruptions that move pixels or lay weather over them", () => {
  it.each(cases)(
    "$name at strength $strength is that of the field's programs, given the same draws",
    ({ pixels: theirs, ...which }) => {
      const pixels = toPixels(picture);

      spoil(pixels, which, createRandom(seed));

      const differences = Array.from(pixels.data, (value, i) => Math.abs(255 * value - (theirs[i] ?? 0)));
      // They are rounded; OpenCV moves by whole 32nds of a pixel, a pixel's change is up to 240 here, and its blur is of single precision.
      const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
      const isElastic = which.name === "elastic_transform";
      expect(mean).toBeLessThan(isElastic ? 2 : 0.3);
      expect(Math.max(...differences)).toBeLessThan(isElastic ? 30 : 0.52);
    },
  );

  it.each(movingCorruptions)("%s makes pictures of small pictures of any shape", async (name) => {
    for (const [width, height] of [
      [32, 32],
      [9, 21],
    ] as const) {
      const rgb = Buffer.from(Array.from({ length: 3 * width * height }, (_, i) => (31 * i) % 256));
      for (const strength of [1, 2, 3, 4, 5]) {
        const png = await corruptImage(
          { rgb, width, height, scale: "small" },
          { name, strength, random: createRandom(1) },
        );

        expect(await sharp(png).metadata()).toMatchObject({ format: "png", width, height });
      }
    }
  });
});

describe("planes", () => {
  const random = createRandom(3);
  const plane = makePlane({ width: 13, height: 7 }, random);
  const flat = makePlane({ width: 13, height: 7 }, () => 0.25);

  it("stay flat when flat, however they are blurred, zoomed, smeared or bent", () => {
    const changed = [
      blur(flat, { sigma: 2.5, edge: "nearest", truncate: 4 }),
      blur(flat, { sigma: 40, edge: "reflect", truncate: 3 }),
      zoom(flat, 1.7),
      smear(flat, { radius: 2, sigma: 1, angle: 30 }),
      warp(flat, (x, y) => [x * 3.1 - 4, 9 - y / 2], mirror),
    ];

    for (const { data, width, height } of changed) {
      expect([width, height]).toEqual([13, 7]);
      expect(data.every((value) => Math.abs(value - 0.25) < 1e-12)).toBe(true);
    }
  });

  it("are themselves after nothing", () => {
    const same = [
      blur(plane, { sigma: 0, edge: "reflect", truncate: 3 }),
      zoom(plane, 1),
      smear(plane, { radius: 0, sigma: 1, angle: 10 }),
      warp(plane, (x, y) => [x, y], mirror),
    ];

    for (const { data } of same) expect([...data]).toEqual([...plane.data].map((value) => expect.closeTo(value, 12)));
  });

  it("keep their sum under a blur that mirrors them at the edge", () => {
    const sum = (data: Float64Array) => data.reduce((total, value) => total + value, 0);

    expect(sum(blur(plane, { sigma: 9, edge: "reflect", truncate: 3 }).data)).toBeCloseTo(sum(plane.data), 10);
  });
});
