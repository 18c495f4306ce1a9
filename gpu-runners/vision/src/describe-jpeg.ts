/** Size of a JPEG, and whether its pixels can be taken as they come: one or three colours of 8 bits, upright. */
export interface JpegFacts {
  width: number;
  height: number;
  isPlain: boolean;
}

const startOfImage = 0xffd8;
const startOfScan = 0xda;
const exif = 0xe1;
/** Frames whose samples are Huffman-coded: baseline, extended and progressive. */
const frames = new Set([0xc0, 0xc1, 0xc2]);
const otherFrames = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
const orientationTag = 0x0112;

/** Reads the markers before the first scan; null for what is no JPEG or is cut off there. */
export function describeJpeg(bytes: Uint8Array): JpegFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== startOfImage) return null;
  let isUpright = true;
  for (let at = 2; at + 4 <= view.byteLength;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === startOfScan || otherFrames.has(marker)) return null;
    // A marker may be padded with any number of 0xff.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    if (end > view.byteLength) return null;
    if (marker === exif)
      isUpright &&= isUprightExif(new DataView(bytes.buffer, bytes.byteOffset + at + 4, end - at - 4));
    if (frames.has(marker)) {
      if (end - at < 10) return null;
      const [height, width, colours] = [view.getUint16(at + 5), view.getUint16(at + 7), view.getUint8(at + 9)];
      const isCommon = view.getUint8(at + 4) === 8 && (colours === 1 || colours === 3) && width > 0 && height > 0;
      return { width, height, isPlain: isCommon && isUpright };
    }
    at = end;
  }
  return null;
}

/** False for any doubt: then somebody else reads the block. */
function isUprightExif(block: DataView): boolean {
  const tiff = 6;
  if (block.byteLength < tiff || block.getUint32(0) !== 0x45786966) return true;
  if (block.byteLength < tiff + 8) return false;
  const isLittle = block.getUint16(tiff) === 0x4949;
  const first = tiff + block.getUint32(tiff + 4, isLittle);
  if (first + 2 > block.byteLength) return false;
  const count = block.getUint16(first, isLittle);
  for (let entry = first + 2; entry < first + 2 + 12 * count; entry += 12) {
    if (entry + 12 > block.byteLength) return false;
    if (block.getUint16(entry, isLittle) === orientationTag) return block.getUint16(entry + 8, isLittle) <= 1;
  }
  return true;
}
