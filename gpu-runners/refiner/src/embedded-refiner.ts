import { createHash } from "node:crypto";
import { openEmbeddedModel, type EmbeddedModel } from "./embedded-model.ts";
import { generate } from "./generate.ts";
import { toPixels } from "./pixels.ts";
import { keptStart, readRecord, toPromptIds } from "./record.ts";
import type { Outcome, Refiner, RefineItem, RefineOptions } from "./refiner.ts";

export type EmbeddedOptions = { modelsDir: string; model: string; temperature: number; seed: number };
type Prepared = { item: RefineItem; pixels: Float32Array | undefined };

const batchSize = 32;
const repairTemperature = 0.7;

/** Refinements by a small image-text model on this machine's CPU; the same item gives the same texts in any batch. */
export async function createEmbeddedRefiner({
  modelsDir,
  model: name,
  temperature,
  seed,
}: EmbeddedOptions): Promise<Refiner> {
  const model = await openEmbeddedModel(modelsDir, name);
  const { tokenizer, format, graphs } = model;
  const idOf = (token: string) => tokenizer.token_to_id(token) ?? -1;
  const tokens = {
    image: idOf(format.prompt.imageToken),
    pad: idOf(format.prompt.padToken),
    stop: idOf(format.output.end),
  };

  async function refineBatch(batch: Prepared[], { signal, onOutcome }: RefineOptions): Promise<void> {
    const startedAt = performance.now();
    const rows = batch.flatMap(({ item, pixels }) =>
      pixels ? [{ item, pixels, ids: toPromptIds(item.text, model), random: createRandom(seed, item) }] : [],
    );
    const options = {
      imageSize: format.image.size,
      maxNewTokens: format.output.maxNewTokens,
      temperature,
      tokens,
      signal,
    };
    const answers = rows.length > 0 ? await generate(graphs, rows, options) : [];
    const tries = rows.map((row, i) => toTry(row, answers[i] ?? []));
    const failed = tries.filter(({ outcome }) => "rejected" in outcome);
    // The second try keeps what came before d-, which is where answers go wrong, and draws the rest.
    const starts = failed.map(({ row, answer }) => ({ ...row, ids: [...row.ids, ...keptStart(answer, model)] }));
    const drawn = { ...options, temperature: Math.max(temperature, repairTemperature) };
    const rests = starts.length > 0 ? await generate(graphs, starts, drawn) : [];
    const latencyMs = performance.now() - startedAt;

    for (const { item, pixels } of batch) if (!pixels) onOutcome(item, undecodable);
    for (const one of tries) {
      const rest = rests[failed.indexOf(one)];
      const second = rest && toTry(one.row, [...keptStart(one.answer, model), ...rest]);
      const isBetter = second && "refinement" in second.outcome;
      const outcome = isBetter ? { ...second.outcome, isRepaired: true } : one.outcome;
      const completionTokens = one.answer.length + (rest?.length ?? 0);
      onOutcome(one.row.item, { ...outcome, latencyMs, promptTokens: one.row.ids.length, completionTokens });
    }
  }

  function toTry<T>(row: T, answer: number[]) {
    return { row, answer, outcome: toOutcome(answer, model) };
  }

  return {
    name: model.name,
    modelHash: model.hash,
    promptHash: model.promptHash,

    async refine(items, options) {
      let batch: Promise<Prepared>[] = [];
      for await (const item of items) {
        // Images are read while the batch fills.
        batch.push(
          toPixels(item.image, format.image).then(
            (pixels) => ({ item, pixels }),
            () => ({ item, pixels: undefined }),
          ),
        );
        if (batch.length < batchSize) continue;
        await refineBatch(await Promise.all(batch), options);
        batch = [];
      }
      if (batch.length > 0) await refineBatch(await Promise.all(batch), options);
    },
  };
}

const undecodable: Outcome = {
  rejected: "image_undecodable",
  detail: "the image can't be read any more, though it could when it was ingested",
  latencyMs: 0,
  promptTokens: 0,
  completionTokens: 0,
};

function toOutcome(answer: number[], model: EmbeddedModel) {
  const { reading, isRepaired } = readRecord(answer, model);
  if ("problem" in reading) return { rejected: reading.problem.code, detail: reading.problem.detail };
  return { refinement: reading.refinement, isRepaired };
}

/** Random numbers that depend on seed and item alone (mulberry32). */
function createRandom(seed: number, { imageSha256, text }: RefineItem): () => number {
  let state = createHash("sha256")
    .update(JSON.stringify([seed, imageSha256, text]))
    .digest()
    .readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
