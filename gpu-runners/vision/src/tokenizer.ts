import type { ModelPackage } from "@whetstone/schemas/api";
import { Tokenizer } from "@huggingface/tokenizers";
import { cleanText } from "./clean-text.ts";

export type ClipTokenizer = (text: string) => BigInt64Array;

/** Texts to rows of exactly `context` ids: start, the text cut to fit, end, padding. */
export function createTokenizer(
  tokenizerJson: object,
  model: Pick<ModelPackage, "context" | "tokenizer">,
): ClipTokenizer {
  const bpe = new Tokenizer(tokenizerJson, {});
  const { padId, startId, endId } = model.tokenizer;

  return (text) => {
    const body = bpe.encode(cleanText(text), { add_special_tokens: false }).ids;
    const ids = [startId, ...body, endId].slice(0, model.context);
    if (body.length + 2 > model.context) ids[model.context - 1] = endId;
    const row = new BigInt64Array(model.context).fill(BigInt(padId));
    row.set(ids.map(BigInt));
    return row;
  };
}
