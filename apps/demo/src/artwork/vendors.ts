/** Who may learn from a vendor's drawings. Roles never overlap, so every figure is about unseen artwork. */
export type Role = "train" | "judge" | "corpus" | "test";

export type Vendor = {
  readonly name: string;
  readonly package: string;
  readonly role: Role;
  readonly license: string;
  readonly attribution: string;
};

/**
 * Share-alike artwork (CC-BY-SA) never trains weights that ship: see docs/decisions/0001-share-alike-artwork.md.
 * The two fluent sets repeat each other's drawings, so they stay on one side.
 */
export const vendors: readonly Vendor[] = [
  vendor("twemoji", "train", ["CC-BY-4.0", "Twitter, Inc. and contributors (github.com/jdecked/twemoji)"]),
  vendor("fluent-emoji", "train", ["MIT", "Microsoft Corporation (github.com/microsoft/fluentui-emoji)"]),
  vendor("fluent-emoji-flat", "train", ["MIT", "Microsoft Corporation (github.com/microsoft/fluentui-emoji)"]),
  vendor("noto-v1", "train", ["Apache-2.0", "Google Inc. (github.com/googlefonts/noto-emoji)"]),
  vendor("emojione", "judge", ["CC-BY-4.0", "EmojiTwo (github.com/EmojiTwo/emojitwo)"]),
  vendor("fxemoji", "judge", ["Apache-2.0", "Mozilla (github.com/mozilla/fxemoji)"]),
  vendor("noto", "corpus", ["Apache-2.0", "Google Inc. (github.com/googlefonts/noto-emoji)"]),
  vendor("openmoji", "corpus", ["CC-BY-SA-4.0", "OpenMoji (github.com/hfg-gmuend/openmoji)"]),
  vendor("emojione-v1", "test", ["CC-BY-SA-4.0", "Emoji One (github.com/joypixels/emojione-legacy)"]),
];

function vendor(name: string, role: Role, [license, attribution]: readonly [string, string]): Vendor {
  return { name, package: `@iconify-json/${name}`, role, license, attribution };
}
