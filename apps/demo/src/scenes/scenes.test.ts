import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { families } from "./ask.ts";
import { cast } from "./cast.ts";
import { drawScene } from "./draw-scene.ts";
import { makeQueries } from "./make-queries.ts";
import { ProgramError, runProgram } from "./run-program.ts";
import { isHeldOutPair, type Scene, splits } from "./scene.ts";

const Fixture = z.object({
  scene: z.custom<Scene>(),
  programs: z.array(z.object({ program: z.string(), value: z.string().nullable() })),
});
const queries = makeQueries({ count: 600, seed: "test" });

describe("the language of programs", () => {
  let fixture: z.infer<typeof Fixture>;
  beforeAll(async () => {
    const path = new URL("../../../../tests/fixtures/scene-programs.json", import.meta.url);
    fixture = Fixture.parse(JSON.parse(await readFile(path, "utf8")));
  });

  test("has the values that every reader of it gives", () => {
    for (const { program, value } of fixture.programs.filter((each) => each.value !== null))
      expect([program, runProgram(program, fixture.scene)]).toEqual([program, value]);
  });

  test("refuses in a sentence what has none", () => {
    for (const { program } of fixture.programs.filter((each) => each.value === null))
      expect(() => runProgram(program, fixture.scene), program).toThrow(ProgramError);
  });
});

describe("queries", () => {
  test("are the same for the same seed, and others for another", () => {
    expect(makeQueries({ count: 600, seed: "test" })).toEqual(queries);
    expect(makeQueries({ count: 600, seed: "other" })).not.toEqual(queries);
  });

  test("come from all families, of one to four steps and a few more, into all splits, no two alike", () => {
    expect(new Set(queries.map(({ split }) => split))).toEqual(new Set(splits));
    expect(new Set(queries.map(({ family }) => family))).toEqual(new Set(families));
    expect(new Set(queries.map(({ steps }) => steps))).toEqual(new Set([1, 2, 3, 4]));
    expect(new Set(queries.map(({ scene, text }) => JSON.stringify([scene, text]))).size).toBe(queries.length);
  });

  test("have the answer that counting gives", () => {
    const counts = queries.filter(({ family }) => family === "count");
    for (const { text, scene, answer } of counts) {
      const wanted = text.replace("how many are ", "").split(" and ");
      const fits = scene.things.filter(({ kind, color, size }) =>
        wanted.every((each) => [`kind ${kind}`, `color ${color}`, `size ${size}`].includes(each)),
      );
      expect(answer).toBe(String(fits.length));
    }
    expect(counts.length).toBeGreaterThan(50);
  });

  test("let the answer be chosen, and are wrong in about half of the drafts", () => {
    expect(queries.every(({ choices, answer }) => choices.includes(answer))).toBe(true);
    const right = queries.filter(({ draft, answer }) => draft.endsWith(` ${answer}`)).length;
    expect(right / queries.length).toBeGreaterThan(0.4);
    expect(right / queries.length).toBeLessThan(0.6);
  });

  test("keep their splits apart by concept and by composition", () => {
    const heldOut = new Set(cast.filter((role) => role.isHeldOut).map(({ name }) => name));
    for (const { split, scene } of queries) {
      expect(scene.things.some(({ name }) => heldOut.has(name))).toBe(split === "concept");
      expect(scene.things.some(({ kind, color }) => isHeldOutPair(kind, color))).toBe(split === "composition");
    }
  });
});

test("a picture shows each card's colour and drawing where the scene says they are", async () => {
  const thing = { name: "cat", kind: "animal", color: "red", size: "small", row: 2, column: 3 };
  const dot = new Uint8Array(4 * 4 * 3).fill(7);
  const artwork = { cellPx: 8, pixels: new Map([["pen cat small", dot]]) };

  const png = await drawScene({ things: [thing] }, "pen", artwork);

  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)];
  expect([info.width, info.height]).toEqual([24, 24]);
  expect(at(20, 12)).toEqual([7, 7, 7]);
  expect(at(17, 9)).toEqual([214, 48, 49]);
  expect(at(4, 4)).toEqual([236, 236, 236]);
});
