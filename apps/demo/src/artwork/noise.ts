import type { Concept } from "./concepts.ts";
import { createRandom, type Random } from "./random.ts";

export const altKinds = ["good", "wrong", "foreign", "partial", "file", "generic", "promo"] as const;
export type AltKind = (typeof altKinds)[number];
export type AltText = { readonly text: string; readonly kind: AltKind };

/** How web alt-text goes wrong, in shares of a corpus; only "good" names the thing in English and in full. */
const mix: Readonly<Record<AltKind, number>> = {
  good: 0.3,
  wrong: 0.175,
  foreign: 0.15,
  partial: 0.125,
  file: 0.105,
  generic: 0.085,
  promo: 0.06,
};
const chatterShare = 0.35;

const goodForms = [
  "{}",
  "{}",
  "{} emoji",
  "{} icon",
  "a picture of {}",
  "image of {}",
  "{} clipart",
  "illustration: {}",
  "{} sticker",
];
const generics = [
  "image",
  "emoji",
  "icon",
  "untitled",
  "photo",
  "picture",
  "img",
  "sticker",
  "no description",
  "graphic",
  "thumbnail",
  "click to enlarge",
  "default image",
  "logo",
  "symbol",
  "banner",
  "placeholder",
  "view larger image",
  "undefined",
];
const promos = [
  "buy now and save 20%",
  "free shipping on all orders",
  "best price guaranteed",
  "download free png",
  "royalty free stock image",
  "new arrivals 2024",
  "shop the collection",
  "subscribe to our newsletter",
  "limited time offer",
  "vector art, icons and graphics",
  "hd wallpaper free download",
  "as seen on tv",
  "top rated seller",
  "sign up today",
  "click here for more",
  "100% satisfaction",
];
const extensions = ["png", "jpg", "webp", "svg", "gif"];

/** The alt-text a careless page would give this concept's image; the same seed always says the same. */
export function makeAltText(concept: Concept, concepts: readonly Concept[], seed: string): AltText {
  const random = createRandom(`${seed}/${concept.hexcode}`);
  const kind = pickKind(random);
  return { text: write[kind](concept, random, concepts), kind };
}

const write: Readonly<Record<AltKind, (concept: Concept, random: Random, concepts: readonly Concept[]) => string>> = {
  good: (concept, random) => chatter(random.pick(goodForms).replace("{}", concept.label), random),
  wrong: (concept, random, concepts) =>
    chatter(random.pick(goodForms).replace("{}", otherThan(concept, random, concepts).label), random),
  foreign: (concept, random) => chatter(inForeignWords(concept, random), random),
  partial: (concept, random) => chatter(part(concept, random), random),
  file: (concept, random, concepts) =>
    fileName(random.chance(0.25) ? otherThan(concept, random, concepts) : concept, random),
  generic: (_, random) => random.pick(generics),
  promo: (_, random) => random.pick(promos),
};

function pickKind(random: Random): AltKind {
  let left = random.next();
  for (const kind of altKinds) {
    left -= mix[kind];
    if (left < 0) return kind;
  }
  return "good";
}

function chatter(text: string, random: Random): string {
  if (!random.chance(chatterShare)) return text;
  const phrase = random.pick(random.chance(0.6) ? promos : generics);
  return random.chance(0.5) ? `${text} - ${phrase}` : `${phrase} | ${text}`;
}

function otherThan(concept: Concept, random: Random, concepts: readonly Concept[]): Concept {
  const other = random.pick(concepts);
  return other.label === concept.label ? otherThan(concept, random, concepts) : other;
}

function inForeignWords(concept: Concept, random: Random): string {
  const names = Object.values(concept.foreign);
  if (names.length === 0) return random.pick(generics);
  const { label, tags } = random.pick(names);
  return tags.length > 0 && random.chance(0.25) ? random.pick(tags) : label;
}

/** Some words of the label or a single tag: true of the image, but not enough to know it. */
function part(concept: Concept, random: Random): string {
  const words = concept.label.split(" ");
  const tags = concept.tags.filter((tag) => tag !== concept.label);
  if (words.length > 1 && (tags.length === 0 || random.chance(0.5))) {
    const count = 1 + Math.floor(random.next() * (words.length - 1));
    return random.chance(0.5) ? words.slice(0, count).join(" ") : words.slice(-count).join(" ");
  }
  return tags.length > 0 ? random.pick(tags) : random.pick(generics);
}

function fileName(concept: Concept, random: Random): string {
  const number = Math.floor(random.next() * 9000) + 1000;
  const stem = concept.label.replaceAll(/[^a-z0-9]+/g, random.chance(0.5) ? "_" : "-");
  const forms = [
    `IMG_${number}`,
    `DSC0${number}`,
    concept.hexcode.toLowerCase(),
    `${stem}_${number}`,
    `screenshot-${number}`,
    `image${number % 90}`,
  ];
  return `${random.pick(forms)}.${random.pick(extensions)}`;
}
