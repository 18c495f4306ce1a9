import { createWriteStream } from "node:fs";
import { once } from "node:events";
import sharp from "sharp";
import { pack } from "tar-stream";

/** Texts that try to be more than text, by the number of their picture. */
export const nastyTexts: Record<number, string> = {
  20: '<script>globalThis.hacked = true</script><img src=x onerror="globalThis.hacked=true">',
  21: "\u202Eright to left \u2066override",
  22: `very long ${"word ".repeat(1_900)}`,
  23: "zero\u200B\u200C\u200D width \u{1F468}\u200D\u{1F469}\u200D\u{1F467}",
  24: "x".repeat(3_000),
  // Longer than a text may be: it is refused.
  40: "y".repeat(50_000),
};

/** Metadata as programs write it that know more numbers than JSON does. */
export const nastyMetadata: Record<number, string> = {
  0: '{"label": "class 0", "score": 0.25}',
  25: '{"label": "class 5", "score": 1e999}',
  27: '{"label": "class 7", "score": null}',
  28: '{"label": "class 8", "score": 0.75}',
  // No JSON at all: it is refused.
  41: '{"label": "class 1", "score": NaN}',
};

interface Corpus {
  texts?: Record<number, string>;
  metadata?: Record<number, string>;
  /** Its images are cut off after their first bytes. */
  isBroken?: boolean;
}

/** A WebDataset tar of `count` small pictures, each with the text `picture number N` and one of ten labels. */
export async function writeCorpus(
  path: string,
  count: number,
  { texts = {}, metadata = {}, isBroken = false }: Corpus = {},
): Promise<void> {
  const tar = pack();
  const file = createWriteStream(path);
  tar.pipe(file);
  for (let number = 0; number < count; number += 1) {
    const name = String(number).padStart(6, "0");
    const colour = { r: number % 256, g: Math.floor(number / 256) % 256, b: (number * 7) % 256 };
    const image = await sharp({ create: { width: 32, height: 32, channels: 3, background: colour } })
      .png()
      .toBuffer();
    tar.entry({ name: `${name}.png` }, isBroken ? image.subarray(0, 40) : image);
    tar.entry({ name: `${name}.txt` }, texts[number] ?? `picture number ${number}`);
    const facts = metadata[number] ?? JSON.stringify({ label: `class ${number % 10}`, tags: ["flat"] });
    tar.entry({ name: `${name}.json` }, facts);
  }
  tar.finalize();
  await once(file, "close");
}
