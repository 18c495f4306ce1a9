import type { TokenInput } from "@whetstone/schemas/api";
import { Tokenizer } from "@huggingface/tokenizers";
import { canonicalizeText } from "./canonicalize-text.ts";
import { cleanText } from "./clean-text.ts";

export type ClipTokenizer = (text: string) => BigInt64Array;

const cleaners = { "open-clip": cleanText, canonicalize: canonicalizeText, none: (text: string) => text };

/** Texts to rows of exactly `context` ids: start and end where the model has them, the text cut to fit between, padding. */
export function createTokenizer(
  tokenizerJson: object,
  model: { context: number; tokenizer: TokenInput },
): ClipTokenizer {
  const bpe = new Tokenizer(tokenizerJson, {});
  const { padId, startId, endId, cleaning = "open-clip" } = model.tokenizer;
  const clean = cleaners[cleaning];
  const around = [startId, endId].filter((id) => id !== null).length;

  return (text) => {
    const body = bpe.encode(clean(text), { add_special_tokens: false }).ids.slice(0, model.context - around);
    const ids = [startId, ...body, endId].filter((id) => id !== null);
    const row = new BigInt64Array(model.context).fill(BigInt(padId));
    row.set(ids.map(BigInt));
    return row;
  };
}
