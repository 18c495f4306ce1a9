import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import koffi, { type LibraryHandle } from "koffi";
import { describeJpeg } from "./describe-jpeg.ts";
import type { Rgb } from "./resize.ts";

/** TurboJPEG's own constants. */
const rgb = 0;
const defaultFlags = 0;

const turbo = openTurbo();

/**
 * A JPEG to 8-bit RGB by libjpeg-turbo itself, which gives the bytes sharp gives in less than half its time. Null for what is left to sharp: colours of print, turned
 * images, damaged files, systems the library isn't there for.
 */
export async function decodeJpeg(bytes: Uint8Array, maxPixels: number): Promise<Rgb | null> {
  const size = turbo && describeJpeg(bytes);
  if (!turbo || !size?.isPlain || size.width * size.height > maxPixels) return null;
  const image = { data: Buffer.allocUnsafe(3 * size.width * size.height), width: size.width, height: size.height };
  return (await turbo(bytes, image)) ? image : null;
}

type Decode = (bytes: Uint8Array, into: Rgb) => Promise<boolean>;

/**
 * The library that `@julusian/jpeg-turbo` brings, without its JavaScript: that asks for the fast inverse DCT, whose pixels are up to 24 levels off.
 * A decoder serves one call at a time, so calls side by side have one each.
 */
function openTurbo(): Decode | null {
  const library = loadLibrary();
  if (!library) return null;
  const open = library.func("void* tjInitDecompress()");
  const decompress = library.func(
    "int tjDecompress2(void* decoder, const void* jpeg, unsigned long bytes, void* into, int width, int pitch, int height, int format, int flags)",
  );
  const idle: unknown[] = [];
  /** What the library reads and writes from another thread, so that it isn't collected meanwhile. */
  const lent = new Set<Uint8Array>();
  return (bytes, { data, width, height }) => {
    const decoder: unknown = idle.pop() ?? open();
    lent.add(bytes).add(data);
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, status: number) => {
        idle.push(decoder);
        lent.delete(bytes);
        lent.delete(data);
        if (error) reject(error);
        // Also for a mere warning: what a damaged file looks like is sharp's to say.
        else resolve(status === 0);
      };
      decompress.async(decoder, bytes, bytes.length, data, width, 0, height, rgb, defaultFlags, done);
    });
  };
}

/** Null where the package has none for this system, or the system can't load it. */
function loadLibrary(): LibraryHandle | null {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("@julusian/jpeg-turbo")), "prebuilds");
  for (const libc of ["", "-musl"]) {
    try {
      return koffi.load(join(folder, `jpeg-turbo-${process.platform}-${process.arch}${libc}`, "libturbojpeg.so.0"));
    } catch {
      // Then the next.
    }
  }
  return null;
}
