/** Common bytes of text, the commonest first; a search looks for its rarest byte. */
const lineFeed = 10;
const common = " etaoinsrhldcumfpgwybvkxjqz";

/** Texts are compared without regard to case, composition or the kind of white space. */
export const normalizeText = (text: string): string => text.normalize("NFC").toLowerCase().replaceAll(/\s+/g, " ");

interface Texts {
  bytes: Uint8Array;
  /** Where each text ends, its line feed included, counted from the start of `bytes`. */
  ends: Uint32Array;
}

/** Marks the rows whose text contains `needle`, or is it. */
export function markMatches(
  { bytes, ends }: Texts,
  { needle, isWhole }: { needle: string; isWhole: boolean },
  mark: (row: number) => void,
): void {
  const wanted = new TextEncoder().encode(isWhole ? `${normalizeText(needle)}\n` : normalizeText(needle));
  if (wanted.length === 0) return;
  const rare = rarestAt(wanted);
  const rareByte = wanted[rare] ?? 0;
  let row = 0;
  for (let at = bytes.indexOf(rareByte, rare); at !== -1; at = bytes.indexOf(rareByte, at + 1)) {
    const start = at - rare;
    if (!matchesAt(bytes, wanted, start)) continue;
    while ((ends[row] ?? Infinity) <= start) row += 1;
    const rowStart = row === 0 ? 0 : (ends[row - 1] ?? 0);
    if (isWhole && start !== rowStart) continue;
    mark(row);
    // One match is enough for a row.
    at = Math.max(at, (ends[row] ?? 0) - 1 + (isWhole ? 0 : rare));
  }
}

function matchesAt(bytes: Uint8Array, wanted: Uint8Array, start: number): boolean {
  for (let i = 0; i < wanted.length; i += 1) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

function rarestAt(wanted: Uint8Array): number {
  let best = 0;
  let bestRank = -1;
  for (const [place, byte] of wanted.entries()) {
    const found = common.indexOf(String.fromCodePoint(byte));
    // A byte beyond ASCII, a digit or a sign is in few texts; the line feed stands behind each.
    const rank = found === -1 && byte !== lineFeed ? common.length : Math.max(0, found);
    if (rank > bestRank) [best, bestRank] = [place, rank];
  }
  return best;
}
