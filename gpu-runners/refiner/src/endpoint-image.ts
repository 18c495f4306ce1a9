import sharp from "sharp";

const maxSide = 1024;
const maxPixels = 64_000_000;
const understood = new Set(["jpeg", "png", "webp", "gif"]);

/** The image as a data URL: its own bytes where an endpoint can be expected to read them, else a JPEG of at most 1024 pixels a side. */
export async function toDataUrl(image: Uint8Array): Promise<string> {
  const picture = sharp(image, { limitInputPixels: maxPixels });
  const { format, width, height } = await picture.metadata();
  if (understood.has(format) && Math.max(width, height) <= maxSide) return encode(format, Buffer.from(image));
  const smaller = picture
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .resize(maxSide, maxSide, { fit: "inside", withoutEnlargement: true });
  return encode("jpeg", await smaller.jpeg({ quality: 90 }).toBuffer());
}

function encode(format: string, bytes: Buffer): string {
  return `data:image/${format};base64,${bytes.toString("base64")}`;
}
