import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import sharp from "sharp";

const renderScale = 2;

/** Draws an SVG on a white square and returns PNG bytes; drawings are kept in `cacheFolder` by content. */
export async function rasterise(svg: string, sizePx: number, cacheFolder: string): Promise<Buffer> {
  const key = createHash("sha256").update(`v1 ${sizePx} ${svg}`).digest("hex").slice(0, 32);
  const path = join(cacheFolder, `${key}.png`);
  if (existsSync(path)) return readFile(path);

  const png = await draw(svg, sizePx);
  await mkdir(cacheFolder, { recursive: true });
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, png);
  await rename(partial, path);
  return png;
}

/** Renders at twice the size and shrinks, which keeps thin lines; a wide drawing is fitted, never cropped. */
async function draw(svg: string, sizePx: number): Promise<Buffer> {
  const white = { r: 255, g: 255, b: 255, alpha: 1 };
  const sized = svg.replace(
    / width="[^"]*" height="[^"]*">/,
    ` width="${sizePx * renderScale}" height="${sizePx * renderScale}">`,
  );
  return sharp(Buffer.from(sized))
    .resize(sizePx, sizePx, { fit: "contain", background: white })
    .flatten({ background: white })
    .png({ compressionLevel: 6 })
    .toBuffer();
}
