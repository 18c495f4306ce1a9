/** Runs in a process of its own: untrusted image bytes are decoded here and nowhere else. */
import sharp from "sharp";
import type { DecodeAnswer, DecodeRequest } from "./decoder-pool.ts";
import { hashSide, perceptualHash } from "./perceptual-hash.ts";

const maxRssBytes = Number(process.argv[2]);

sharp.cache(false);
sharp.concurrency(1);
// Only the loaders of the formats taken, whatever else this libvips was built with.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["Jpeg", "Png", "Webp", "Nsgif", "Tiff", "Heif"].map((name) => `VipsForeignLoad${name}`) });

// Decoding runs on other threads, so this fires even while one is stuck in it.
setInterval(() => {
  if (process.memoryUsage.rss() > maxRssBytes) process.exit(1);
}, 25).unref();

let queue = Promise.resolve();
process.on("message", (request: DecodeRequest) => {
  queue = queue.then(() => answer(request));
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");

async function answer({ id, bytes, format, maxPixels }: DecodeRequest): Promise<void> {
  const found = await decode({ bytes, format, maxPixels });
  process.send?.({ id, ...found } satisfies DecodeAnswer);
}

async function decode({ bytes, format, maxPixels }: Omit<DecodeRequest, "id">): Promise<Omit<DecodeAnswer, "id">> {
  try {
    const header = await sharp(bytes, { limitInputPixels: false }).metadata();
    const height = header.pageHeight ?? header.height;
    const { width } = header;
    if (header.format !== (format === "avif" ? "heif" : format))
      return { code: "image_unsupported_format", detail: `it is ${header.format} inside, not ${format}` };
    if (format === "avif" && header.compression !== "av1")
      return { code: "image_unsupported_format", detail: `it is HEIF of ${header.compression}, not AVIF` };
    if (width * height > maxPixels)
      return { code: "image_too_many_pixels", detail: `it has ${width} × ${height} pixels; ${maxPixels} are allowed` };
    // One channel keeps the memory low; every pixel is decoded all the same.
    const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: "error", sequentialRead: true })
      .flatten({ background: "#ffffff" })
      .greyscale()
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: 1 } as const;
    const grey = await sharp(data, { raw, limitInputPixels: false })
      .resize(hashSide, hashSide, { fit: "fill" })
      .extractChannel(0)
      .raw()
      .toBuffer();
    return { image: { width, height, phash: perceptualHash(grey) } };
  } catch (error) {
    return { code: "image_undecodable", detail: error instanceof Error ? error.message.slice(0, 300) : String(error) };
  }
}
