import { z } from "zod";

const Description = z.string().trim().normalize().min(1).max(2000);
const Tags = z
  .array(z.string().trim().normalize().min(1).max(60))
  .transform((tags) => uniqueByCase(tags))
  .pipe(z.array(z.string()).min(1).max(20));

/** HQ-CLIP's four texts of one sample. Outer space and repeated tags are dropped; all else must fit. */
export const Refinement = z
  .strictObject({
    positiveDescription: Description,
    negativeDescription: Description,
    positiveTags: Tags,
    negativeTags: Tags,
  })
  .superRefine((refinement, context) => {
    for (const tag of sharedTags(refinement)) {
      context.addIssue({
        code: "custom",
        path: ["negativeTags"],
        message: `${JSON.stringify(tag)} is in positiveTags too`,
      });
    }
    if (fold(refinement.positiveDescription) === fold(refinement.negativeDescription)) {
      context.addIssue({
        code: "custom",
        path: ["negativeDescription"],
        message: "is the same as positiveDescription",
      });
    }
  });
export type Refinement = z.infer<typeof Refinement>;

/** Why an answer is no refinement; `code` is that of the reject row. */
type Problem = { code: "refine_invalid_json" | "refine_check_failed" | "refine_refused"; detail: string };
export type Reading = { refinement: Refinement } | { problem: Problem };

/** What an endpoint's guided decoding is given: the shape alone; the checks that JSON Schema can't tell come after. */
export const refinementJsonSchema = z.toJSONSchema(Refinement, { io: "input", target: "draft-7" });

const fence = /^```\w*\s*\n?([\s\S]*?)\n?\s*```$/;
const refusal =
  /^(?:(?:i['’]?m|i am) (?:\w+ )?sorry\b[,.]? ?(?:but )?(?:i|this|we)\b|(?:sorry, |unfortunately, )?(?:but )?i(?: can(?:['’]t|not| not)| won['’]t|['’]m unable| am unable|['’]m not able| am not able)\b|as an ai\b)/i;

/** Reads a refiner's answer: one JSON object, bare or in a fenced block. */
export function readRefinement(answer: string): Reading {
  const text = answer.trim();
  if (refusal.test(text)) return { problem: { code: "refine_refused", detail: text.slice(0, 200) } };
  const json = parseJson(fence.exec(text)?.[1] ?? text);
  if (json === undefined)
    return {
      problem: { code: "refine_invalid_json", detail: `not a JSON object: ${JSON.stringify(text.slice(0, 200))}` },
    };
  return checkRefinement(json);
}

export function checkRefinement(value: unknown): Reading {
  const parsed = Refinement.safeParse(value);
  if (!parsed.success) return { problem: { code: "refine_check_failed", detail: toDetail(parsed.error) } };
  const refused = [parsed.data.positiveDescription, parsed.data.negativeDescription].find((text) => refusal.test(text));
  if (refused) return { problem: { code: "refine_refused", detail: refused.slice(0, 200) } };
  return { refinement: parsed.data };
}

/** Tags of t- that t+ has too, whatever their case. */
export function sharedTags({
  positiveTags,
  negativeTags,
}: Pick<Refinement, "positiveTags" | "negativeTags">): string[] {
  const positive = new Set(positiveTags.map(fold));
  return negativeTags.filter((tag) => positive.has(fold(tag)));
}

function toDetail({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => `${path.join(".") || "answer"}: ${message}`)
    .join("; ")
    .slice(0, 500);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function uniqueByCase(tags: string[]): string[] {
  return [...new Map(tags.toReversed().map((tag) => [fold(tag), tag])).values()].toReversed();
}

function fold(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ").trim();
}
