import { expect, test } from "vitest";
import { createVault } from "./vault.ts";

const vault = createVault("a-key-of-at-least-thirty-two-characters");

test("a sealed secret opens for its owner, and its text is nowhere in it", async () => {
  const sealed = await vault.seal("whsec_abc", "whk_1");

  expect(await vault.open(sealed, "whk_1")).toBe("whsec_abc");
  expect(sealed).not.toContain("whsec");
  expect(await vault.seal("whsec_abc", "whk_1")).not.toBe(sealed);
});

test("it opens neither for another owner, nor under another key, nor when a bit of it has changed", async () => {
  const sealed = await vault.seal("whsec_abc", "whk_1");
  const other = createVault("another-key-of-at-least-thirty-two-chars");
  const changed = sealed.slice(0, -4) + (sealed.endsWith("AAAA") ? "BBBB" : "AAAA");

  await expect(vault.open(sealed, "whk_2")).rejects.toThrow("does not open");
  await expect(other.open(sealed, "whk_1")).rejects.toThrow("does not open");
  await expect(vault.open(changed, "whk_1")).rejects.toThrow("does not open");
});

test("without a key it says which variable to set", async () => {
  await expect(createVault(undefined).seal("x", "y")).rejects.toThrow("SECRETS_KEY");
});
