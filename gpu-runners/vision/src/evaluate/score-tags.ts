/** Of one sample: the tags to judge and the ones known to be right. */
export type TagPair = { tags: string[]; gold: string[] };

/** Micro-averaged over all tags of all samples; case, outer space and repeats make no difference. */
export function scoreTags(pairs: TagPair[]): { precision: number; recall: number; f1: number; count: number } | null {
  if (pairs.length === 0) return null;
  let right = 0;
  let said = 0;
  let known = 0;
  for (const pair of pairs) {
    const [tags, gold] = [toSet(pair.tags), toSet(pair.gold)];
    right += [...tags].filter((tag) => gold.has(tag)).length;
    said += tags.size;
    known += gold.size;
  }
  return {
    precision: share(right, said),
    recall: share(right, known),
    f1: share(2 * right, said + known),
    count: pairs.length,
  };
}

/** True if the text holds the label as whole words, whatever the case and punctuation; false for a label without any word. */
export function namesLabel(text: string, label: string): boolean {
  const words = toWords(label);
  return words.trim() !== "" && toWords(text).includes(words);
}

function toWords(text: string): string {
  return ` ${text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, " ")
    .trim()} `;
}

function toSet(tags: string[]): Set<string> {
  return new Set(tags.map((tag) => tag.trim().toLowerCase()));
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
