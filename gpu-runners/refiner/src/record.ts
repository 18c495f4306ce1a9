import type { EmbeddedModel } from "./embedded-model.ts";
import { checkRefinement, sharedTags, type Reading, type Refinement } from "./refinement.ts";

type Parts = Pick<EmbeddedModel, "tokenizer" | "format">;
type Part = keyof Refinement;

const partsInOrder: Part[] = ["positiveDescription", "negativeDescription", "positiveTags", "negativeTags"];

/** The prompt's ids for an alt-text, as the model was trained to read it. */
export function toPromptIds(text: string, { tokenizer, format: { prompt } }: Parts): number[] {
  const [head = "", tail = ""] = prompt.template.split("{alt}");
  // Angle brackets could spell a special token.
  const plain = text.normalize("NFC").replace(/[<>]/g, " ");
  const alt = (prompt.lowercase ? plain.toLowerCase() : plain).replace(/\s+/g, " ").trim();
  const encode = (piece: string) => (piece === "" ? [] : tokenizer.encode(piece, { add_special_tokens: false }).ids);
  return [
    ...encode(head),
    ...(alt === "" ? [] : encode(prompt.altPrefix + alt).slice(0, prompt.maxAltTokens)),
    ...encode(tail),
  ];
}

/**
 * Reads the four texts off the marked record that the model writes. Its own repair is plain: tags that are in both lists, too long, or too many
 * are dropped, and what is left must pass.
 */
export function readRecord(ids: number[], model: Parts): { reading: Reading; isRepaired: boolean } {
  const texts = splitRecord(ids, model);
  if (!texts)
    return {
      reading: { problem: { code: "refine_invalid_json", detail: "the model did not write all four parts" } },
      isRepaired: false,
    };
  const { tagSeparator } = model.format.output;
  const toTags = (text: string) =>
    text
      .split(tagSeparator)
      .map((tag) => tag.trim())
      .filter(Boolean);
  const [positiveDescription = "", negativeDescription = "", positiveTags = "", negativeTags = ""] = texts;
  const draft = {
    positiveDescription,
    negativeDescription,
    positiveTags: toTags(positiveTags),
    negativeTags: toTags(negativeTags),
  };

  const reading = checkRecord(draft);
  if ("refinement" in reading) return { reading, isRepaired: false };
  const repaired = checkRecord(dropBadTags(draft));
  return { reading: "refinement" in repaired ? repaired : reading, isRepaired: "refinement" in repaired };
}

/** The part of an answer that a second try can build on: all up to the mark of d-, or nothing if it is not there. */
export function keptStart(answer: number[], { tokenizer, format: { output } }: Parts): number[] {
  const place = answer.indexOf(tokenizer.token_to_id(output.negativeDescription) ?? -1);
  return answer.slice(0, place + 1);
}

/** The model names a thing first and tells more after a comma; d- must name another thing. */
function checkRecord(draft: Refinement): Reading {
  const [named, denied] = [draft.positiveDescription, draft.negativeDescription].map((text) =>
    text.split(",")[0]?.trim().toLowerCase(),
  );
  if (named !== denied) return checkRefinement(draft);
  return {
    problem: {
      code: "refine_check_failed",
      detail: `negativeDescription: names ${JSON.stringify(named)}, as positiveDescription does`,
    },
  };
}

function dropBadTags(draft: Refinement): Refinement {
  const fitting = (tags: string[]) => tags.filter((tag) => tag.length <= 60).slice(0, 20);
  const [positiveTags, negativeTags] = [fitting(draft.positiveTags), fitting(draft.negativeTags)];
  const shared = new Set(sharedTags({ positiveTags, negativeTags }));
  return { ...draft, positiveTags, negativeTags: negativeTags.filter((tag) => !shared.has(tag)) };
}

/** The text after each of the four marks, or nothing if a mark is missing, doubled or out of order. */
function splitRecord(ids: number[], { tokenizer, format: { output } }: Parts): string[] | undefined {
  const marks = partsInOrder.map((part) => tokenizer.token_to_id(output[part]) ?? -1);
  const places = ids.flatMap((id, place) => (marks.includes(id) ? [place] : []));
  if (places.length !== marks.length || places.some((place, i) => ids[place] !== marks[i])) return undefined;
  return places.map((place, i) => {
    const piece = ids.slice(place + 1, places[i + 1] ?? ids.length);
    return piece.length === 0
      ? ""
      : tokenizer.decode(piece, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  });
}
