import { createWriteStream } from "node:fs";
import { once } from "node:events";
import sharp from "sharp";
import { pack } from "tar-stream";

/** A WebDataset tar of `count` small pictures, each with the text `picture number N` and one of ten labels. */
export async function writeCorpus(path: string, count: number): Promise<void> {
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
    tar.entry({ name: `${name}.txt` }, `picture number ${number}`);
    tar.entry({ name: `${name}.json` }, JSON.stringify({ label: `class ${number % 10}`, tags: ["flat"] }));
  }
  tar.finalize();
  await once(file, "close");
}
