import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { figuresEndToEnd } from "./end-to-end.ts";
import { type Figures, figuresOfSame, toFigures } from "./figures.ts";
import { canCompare, type Reference, runReference } from "./reference.ts";

const cifarCount = 2000;

/** Needs the photographs and CIFAR-10 of `../shared/data` and the trainer's Python environment. */
describe.skipIf(!canCompare)(
  "evaluation beside CLIP_benchmark, open_clip and scikit-learn",
  { timeout: 300_000 },
  () => {
    let folder = "";
    let reference: Reference;
    let theirs: Figures;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "parity-"));
      reference = await runReference(folder, { cifarCount });
      theirs = toFigures(reference);
    }, 600_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it("gives the same figures from the same embeddings", async () => {
      const { figures, weightError } = await figuresOfSame(reference, folder);

      const exact = Object.entries(figures).filter(([name]) => !name.startsWith("linearProbe"));
      for (const [name, value] of exact)
        expect(Math.abs(value - (theirs[name] ?? Number.NaN)), name).toBeLessThan(1e-6);
      // Both stop when no part of the gradient is over 1e-4, at points of their own.
      expect(weightError).toBeLessThan(0.05);
      for (const { lambda, acc1 } of reference.linear_probe)
        expect(Math.abs((figures[`linearProbe ${lambda}`] ?? Number.NaN) - acc1)).toBeLessThanOrEqual(0.005);
    });

    it("gives nearly the same from the images, by other decoders and runtimes", async () => {
      const { figures, cosines } = await figuresEndToEnd(reference, folder);

      expect(cosines.cifar).toBeGreaterThanOrEqual(0.999);
      expect(cosines.photos).toBeGreaterThanOrEqual(0.999);
      for (const [name, value] of Object.entries(figures)) {
        const allowed = name.startsWith("linearProbe") ? 0.005 : 0.003;
        expect(Math.abs(value - (theirs[name] ?? Number.NaN)), name).toBeLessThanOrEqual(allowed + 1e-9);
      }
    });
  },
);
