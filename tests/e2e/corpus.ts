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
};

/** A WebDataset tar of `count` small pictures, each with the text `picture number N` and one of ten labels. */
export async function writeCorpus(path: string, count: number, texts: Record<number, string> = {}): Promise<void> {
  const tar = pack();
  const file = createWriteStream(path);
  tar.pipe(file);
  for (let number = 0; number < count; number += 1) {
    const name = String(number).padStart(6, "0");
    const colour = { r: number % 256, g: Math.floor(number / 256) % 256, b: (number * 7) % 256 };
    const image = await sharp({ create: { width: 32, height: 32, channels: 3, background: colour } })
      .png()
      .toBuffer();
    tar.entry({ name: `${name}.png` }, image);
    tar.entry({ name: `${name}.txt` }, texts[number] ?? `picture number ${number}`);
    tar.entry({ name: `${name}.json` }, JSON.stringify({ label: `class ${number % 10}`, tags: ["flat"] }));
  }
  tar.finalize();
  await once(file, "close");
}
