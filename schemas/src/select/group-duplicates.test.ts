import { expect, it } from "vitest";
import { groupDuplicates } from "./group-duplicates.ts";

const hashed = (imageSha256: string, imagePhash: string | null) => ({ imageSha256, imagePhash });

it("puts the same bytes and hashes of at most three bits' difference together, through one another too", () => {
  const rows = [
    hashed("a", "0000000000000000"),
    hashed("b", "ffffffffffffffff"),
    hashed("c", "0000000000000007"),
    hashed("d", "0000000000000077"),
    hashed("b", null),
    hashed("e", "00000000000ff000"),
  ];

  expect([...groupDuplicates(rows)]).toEqual([0, 1, 0, 0, 1, 5]);
});
