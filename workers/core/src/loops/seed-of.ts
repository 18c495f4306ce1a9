const fnvPrime = 16_777_619;

/** The seed of a piece of work: from the loop's seed and its place in the loop, so that doing it again is doing the same. */
export function seedOf(seed: number, ...place: readonly (string | number)[]): number {
  let hash = 2_166_136_261;
  for (const char of [seed, ...place].join("/")) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), fnvPrime);
  // Murmur's finalizer: neighbours in, strangers out.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 1;
}
