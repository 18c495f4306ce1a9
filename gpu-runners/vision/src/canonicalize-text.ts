import { cleanText } from "./clean-text.ts";

// Python's string.punctuation.
const punctuation = /[!-/:-@[-`{-~]/g;

/** The text as SigLIP wants it (open_clip's `canonicalize`, after big_vision): cleaned, lower case, no punctuation, single spaces. */
export function canonicalizeText(text: string): string {
  return cleanText(text).replaceAll("_", " ").replace(punctuation, "").replace(/\s+/g, " ").trim();
}
