import { createHash } from "node:crypto";
import { createRequire } from "node:module";

import * as z from "zod";

const require = createRequire(import.meta.url);

export const foreignLocales = ["de", "es", "fi", "fr", "hu", "it", "nl", "pl", "pt", "sv"] as const;

/** One thing an emoji can show, with its English words from CLDR and its names in other languages. */
export type Concept = {
  readonly hexcode: string;
  readonly label: string;
  readonly tags: readonly string[];
  readonly group: string;
  readonly subgroup: string;
  /** Held-out concepts train none of the shipped models; the choice is fixed by a hash of the code point. */
  readonly heldOut: boolean;
  readonly foreign: Readonly<Record<string, { label: string; tags: readonly string[] }>>;
};

const EmojiRow = z.object({
  hexcode: z.string(),
  label: z.string(),
  tags: z.array(z.string()).default([]),
  group: z.number().optional(),
  subgroup: z.number().optional(),
});
const Groups = z.object({ groups: z.record(z.string(), z.string()), subgroups: z.record(z.string(), z.string()) });
const componentGroup = 2;
const heldOutShare = 1 / 8;

/** All concepts of Unicode's list, skin tones and bare components left out. */
export function loadConcepts(): Concept[] {
  const names = Groups.parse(require("emojibase-data/meta/groups.json"));
  const foreign = new Map(foreignLocales.map((locale) => [locale, byHexcode(locale)]));

  return readLocale("en").flatMap((row) => {
    if (row.group === undefined || row.subgroup === undefined || row.group === componentGroup) return [];
    return {
      hexcode: row.hexcode,
      label: toWords(row.label),
      tags: row.tags.map(toWords),
      group: names.groups[row.group] ?? "",
      subgroup: names.subgroups[row.subgroup] ?? "",
      heldOut: isHeldOut(row.hexcode),
      foreign: translations(row.hexcode, foreign),
    };
  });
}

/** True for one concept in eight, whatever vendor drew it. */
export function isHeldOut(hexcode: string): boolean {
  const byte = createHash("sha256").update(`whetstone held-out ${hexcode}`).digest().readUInt8(0);
  return byte < 256 * heldOutShare;
}

/** The bare form under which code points of different sources are equal: no variation selectors, lower case. */
export function toBareHexcode(hexcode: string): string {
  return hexcode
    .toLowerCase()
    .split("-")
    .filter((part) => part !== "fe0f")
    .join("-");
}

function toWords(text: string): string {
  return text.toLowerCase().replaceAll(/[“”]/g, '"').replaceAll("’", "'").replaceAll(/\s+/g, " ").trim();
}

function readLocale(locale: string): z.infer<typeof EmojiRow>[] {
  return z.array(EmojiRow).parse(require(`emojibase-data/${locale}/data.json`));
}

function byHexcode(locale: string): Map<string, z.infer<typeof EmojiRow>> {
  return new Map(readLocale(locale).map((row) => [row.hexcode, row]));
}

function translations(
  hexcode: string,
  locales: Map<string, Map<string, z.infer<typeof EmojiRow>>>,
): Concept["foreign"] {
  const found: Record<string, { label: string; tags: readonly string[] }> = {};
  for (const [locale, rows] of locales) {
    const row = rows.get(hexcode);
    if (row) found[locale] = { label: row.label, tags: row.tags };
  }
  return found;
}
