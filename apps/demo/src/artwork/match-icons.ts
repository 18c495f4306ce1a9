import { createRequire } from "node:module";

import * as z from "zod";

import { toBareHexcode, type Concept } from "./concepts.ts";

const require = createRequire(import.meta.url);

const IconSet = z.object({
  icons: z.record(
    z.string(),
    z.object({ body: z.string(), width: z.number().optional(), height: z.number().optional() }),
  ),
  aliases: z.record(z.string(), z.object({ parent: z.string() })).default({}),
  width: z.number().default(16),
  height: z.number().default(16),
});
const Characters = z.record(z.string(), z.string());

/** Sets that state the code point of each icon; the names they use serve the sets that do not. */
const namingSets = ["noto", "twemoji", "fluent-emoji-flat", "openmoji"];

export type MatchedIcon = { readonly concept: Concept; readonly svg: string };

/** Pairs a vendor's icons with concepts: by code point where the package states it, else by its exact name. */
export function matchIcons(packageName: string, concepts: readonly Concept[]): MatchedIcon[] {
  const set = IconSet.parse(require(`${packageName}/icons.json`));
  const nameOf = statedNames(packageName) ?? sharedNames(concepts);

  return concepts.flatMap((concept) => {
    for (const name of nameOf.get(toBareHexcode(concept.hexcode)) ?? []) {
      const icon = set.icons[name] ?? set.icons[set.aliases[name]?.parent ?? ""];
      if (!icon) continue;
      return { concept, svg: toSvg(icon.body, icon.width ?? set.width, icon.height ?? set.height) };
    }
    return [];
  });
}

function toSvg(body: string, width: number, height: number): string {
  const xmlns = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return `<svg ${xmlns} viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${body}</svg>`;
}

function statedNames(packageName: string): Map<string, string[]> | undefined {
  const characters = readCharacters(packageName);
  if (Object.keys(characters).length === 0) return undefined;
  return new Map(Object.entries(characters).map(([hexcode, name]) => [toBareHexcode(hexcode), [name]]));
}

function sharedNames(concepts: readonly Concept[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  const add = (hexcode: string, name: string) => names.set(hexcode, [...(names.get(hexcode) ?? []), name]);
  for (const set of namingSets) {
    for (const [hexcode, name] of Object.entries(readCharacters(`@iconify-json/${set}`)))
      add(toBareHexcode(hexcode), name);
  }
  // fxemoji joins the words of a label; one-word names are too vague there to trust.
  for (const { hexcode, label } of concepts) {
    add(toBareHexcode(hexcode), toSlug(label, "-"));
    if (label.includes(" ")) add(toBareHexcode(hexcode), toSlug(label, ""));
  }
  return names;
}

function readCharacters(packageName: string): Record<string, string> {
  try {
    return Characters.parse(require(`${packageName}/chars.json`));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "MODULE_NOT_FOUND") return {};
    throw cause;
  }
}

function toSlug(label: string, separator: string): string {
  return label
    .normalize("NFD")
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim()
    .replaceAll(" ", separator);
}
