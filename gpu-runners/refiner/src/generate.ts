import { floatsOf, toFloats, toInts, type Graph, type Tensor } from "./session.ts";

/** The three graphs of an image-text model in transformers.js' file layout, and the ids that steer them. */
export type Graphs = { vision: Graph; embed: Graph; decoder: Graph };
type TokenIds = { image: number; pad: number; stop: number };
export type GenerateRow = { ids: number[]; pixels: Float32Array; random: () => number };
export type GenerateOptions = {
  imageSize: number;
  maxNewTokens: number;
  temperature: number;
  tokens: TokenIds;
  signal: AbortSignal;
};

type Cache = Record<string, Tensor>;
/** The rows still going (by their place in the batch asked for), where each begins after its padding, and what has been read. */
type State = { rows: number[]; starts: number[]; length: number; cache: Cache };

/**
 * Continues a batch of prompts, greedily or by sampling, and gives each row's new ids without the stop token. Prompts of unequal length are
 * padded on the left; a row that has stopped leaves the batch. A row's ids do not depend on its neighbours.
 */
export async function generate(graphs: Graphs, rows: GenerateRow[], options: GenerateOptions): Promise<number[][]> {
  const { maxNewTokens, temperature, tokens, signal } = options;
  const answers: number[][] = rows.map(() => []);
  let { logits, state } = await readPrompts(graphs, rows, options);

  for (let step = 0; state.rows.length > 0; step++) {
    signal.throwIfAborted();
    const width = logits.length / state.rows.length;
    const next = state.rows.map((row, i) =>
      pick(logits.subarray(i * width, (i + 1) * width), temperature, rows[row]?.random ?? Math.random),
    );
    const going = state.rows.flatMap((row, i) => {
      const id = next[i] ?? tokens.stop;
      if (id === tokens.stop) return [];
      answers[row]?.push(id);
      return step + 1 < maxNewTokens ? [i] : [];
    });
    if (going.length === 0) break;
    state = keepRows(state, going);
    logits = await readTokens(
      graphs,
      state,
      going.map((i) => next[i] ?? tokens.pad),
    );
  }
  return answers;
}

/** The first pass: images and whole prompts. */
async function readPrompts(graphs: Graphs, rows: GenerateRow[], { imageSize, tokens }: GenerateOptions) {
  const length = Math.max(...rows.map(({ ids }) => ids.length));
  const starts = rows.map(({ ids }) => length - ids.length);
  const ids = rows.flatMap((row, i) => [...Array.from({ length: starts[i] ?? 0 }, () => tokens.pad), ...row.ids]);

  const pixels = new Float32Array(rows.length * 3 * imageSize * imageSize);
  rows.forEach((row, i) => pixels.set(row.pixels, i * 3 * imageSize * imageSize));
  const seen = await graphs.vision.run({ pixel_values: toFloats(pixels, [rows.length, 1, 3, imageSize, imageSize]) });
  const read = await graphs.embed.run({ input_ids: toInts(ids, [rows.length, length]) });
  const { inputs_embeds: embeds } = read;
  if (!embeds) throw new TypeError("embed_tokens.onnx has no output inputs_embeds");
  const width = embeds.dims[2] ?? 0;
  placeImages(floatsOf(embeds), floatsOf(seen["image_features"]), { ids, imageId: tokens.image, width });

  const state: State = { rows: rows.map((_, i) => i), starts, length, cache: emptyCache(graphs.decoder, rows.length) };
  return { logits: await decode(graphs.decoder, state, embeds), state };
}

/** One more token for every row. */
async function readTokens({ embed, decoder }: Graphs, state: State, ids: number[]): Promise<Float32Array> {
  const { inputs_embeds: embeds } = await embed.run({ input_ids: toInts(ids, [ids.length, 1]) });
  if (!embeds) throw new TypeError("embed_tokens.onnx has no output inputs_embeds");
  state.length += 1;
  return decode(decoder, state, embeds);
}

/** Logits of the last position, a row each; the state's cache grows by what was read. */
async function decode(decoder: Graph, state: State, embeds: Tensor): Promise<Float32Array> {
  const { starts, length: total } = state;
  const [batch = 0, width = 0] = embeds.dims;
  const mask = starts.flatMap((start) => Array.from({ length: total }, (_, place) => (place < start ? 0 : 1)));
  const positions = starts.flatMap((start) =>
    Array.from({ length: width }, (_, i) => Math.max(0, total - width + i - start)),
  );
  const feeds: Record<string, Tensor> = {
    inputs_embeds: embeds,
    attention_mask: toInts(mask, [batch, total]),
    position_ids: toInts(positions, [batch, width]),
    num_logits_to_keep: toInts([1], []),
    ...state.cache,
  };
  const known = Object.fromEntries(Object.entries(feeds).filter(([name]) => decoder.inputNames.includes(name)));
  const outputs = await decoder.run(known);
  for (const [name, tensor] of Object.entries(outputs)) {
    if (name.startsWith("present.")) state.cache[name.replace("present.", "past_key_values.")] = tensor;
  }
  return floatsOf(outputs["logits"]);
}

type Placement = { ids: number[]; imageId: number; width: number };

/** Puts the image features where the prompts hold image tokens, in order. */
function placeImages(embeds: Float32Array, features: Float32Array, { ids, imageId, width }: Placement): void {
  let used = 0;
  ids.forEach((id, place) => {
    if (id !== imageId) return;
    embeds.set(features.subarray(used * width, (used + 1) * width), place * width);
    used += 1;
  });
  if (used * width !== features.length)
    throw new RangeError(`the prompts hold ${used} image tokens, the images ${features.length / width}`);
}

function emptyCache(decoder: Graph, batch: number): Cache {
  const names = decoder.inputNames.filter((name) => name.startsWith("past_key_values."));
  return Object.fromEntries(
    names.map((name) => {
      const [, heads, , width] = decoder.inputShapes[name] ?? [];
      return [name, toFloats(new Float32Array(0), [batch, Number(heads), 0, Number(width)])];
    }),
  );
}

function keepRows(state: State, kept: number[]): State {
  if (kept.length === state.rows.length) return state;
  const only = <T>(values: T[]): T[] => values.filter((_, i) => kept.includes(i));
  const cache = Object.fromEntries(
    Object.entries(state.cache).map(([name, tensor]) => {
      const data = floatsOf(tensor);
      const size = data.length / state.rows.length;
      const rest = new Float32Array(kept.length * size);
      kept.forEach((row, i) => rest.set(data.subarray(row * size, (row + 1) * size), i * size));
      return [name, toFloats(rest, [kept.length, ...tensor.dims.slice(1)])];
    }),
  );
  return { rows: only(state.rows), starts: only(state.starts), length: state.length, cache };
}

/** The likeliest id, or one drawn by the softmax of the scores over the temperature. */
function pick(logits: Float32Array, temperature: number, random: () => number): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if ((logits[id] ?? 0) > (logits[best] ?? 0)) best = id;
  if (temperature === 0) return best;

  const top = logits[best] ?? 0;
  const weights = logits.map((score) => Math.exp((score - top) / temperature));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let id = 0; id < weights.length; id++) {
    left -= weights[id] ?? 0;
    if (left < 0) return id;
  }
  return best;
}
