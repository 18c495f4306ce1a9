// The two passes of Pillow's 8-bit resampling (src/libImaging/Resample.c of 13.0.0) on interleaved RGB, in AssemblyScript with WASM SIMD.
// resize.wasm is made from it by gpu-runners/vision/wasm/build.sh. Fixed point as Pillow's: weights x 2^22, rounded once a pass, so results are equal bit for bit.
// Memory belongs to the caller (src/resize.ts): the first 64 kB are this module's, all else is laid out there.

const SHIFT: i32 = 22;
const HALF: i32 = 1 << (SHIFT - 1);

/**
 * A line at `src` to one of 3 x `width` bytes at `dst`. For each pixel, `bounds` holds two i32 (first source pixel, count) and `weights`
 * holds `taps` i32. Reads 1 byte behind the source and writes 1 byte behind the line.
 */
export function horizontal(src: usize, dst: usize, width: i32, bounds: usize, weights: usize, taps: i32): void {
  for (let x = 0; x < width; x++) {
    let pixel = src + <usize>(3 * load<i32>(bounds + <usize>(8 * x)));
    let weight = weights + <usize>(4 * x * taps);
    const end = weight + <usize>(4 * load<i32>(bounds + <usize>(8 * x), 4));
    let sum = i32x4.splat(HALF);
    while (weight < end) {
      const rgb = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixel)));
      sum = i32x4.add(sum, i32x4.mul(rgb, v128.load32_splat(weight)));
      pixel += 3;
      weight += 4;
    }
    v128.store_lane<u32>(dst, clip(sum, sum, sum, sum), 0);
    dst += 3;
  }
}

/** One line of `bytes` bytes (rounded up to 16) at `dst` from `count` lines of `stride` bytes at `src`, weighed by `count` i32 at `weights`. */
export function vertical(src: usize, stride: i32, dst: usize, bytes: i32, weights: usize, count: i32): void {
  for (let x = 0; x < bytes; x += 16) {
    let a = i32x4.splat(HALF), b = a, c = a, d = a;
    let from = src + <usize>x;
    for (let y = 0; y < count; y++) {
      const weight = v128.load32_splat(weights + <usize>(4 * y));
      const line = v128.load(from);
      const low = i16x8.extend_low_i8x16_u(line), high = i16x8.extend_high_i8x16_u(line);
      a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
      b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
      c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
      d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
      from += <usize>stride;
    }
    v128.store(dst + <usize>x, clip(a, b, c, d));
  }
}

/** `count` interleaved pixels at `src` to three planes of f32 at `dst`; `table` holds 256 f32 a channel. */
export function toPlanes(src: usize, dst: usize, count: i32, table: usize): void {
  const plane = <usize>(4 * count);
  for (let i = 0; i < count; i++) {
    store<f32>(dst, load<f32>(table + 4 * <usize>load<u8>(src)));
    store<f32>(dst + plane, load<f32>(table + 4 * <usize>load<u8>(src, 1), 1024));
    store<f32>(dst + 2 * plane, load<f32>(table + 4 * <usize>load<u8>(src, 2), 2048));
    src += 3;
    dst += 4;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function clip(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(i32x4.shr_s(a, SHIFT), i32x4.shr_s(b, SHIFT)),
    i16x8.narrow_i32x4_s(i32x4.shr_s(c, SHIFT), i32x4.shr_s(d, SHIFT)),
  );
}
