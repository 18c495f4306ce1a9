import { sha256Hex } from "../encoding.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const bodyLength = 43;
const checksumLength = 6;
/** Characters shown in lists, to recognise a key by. */
export const prefixLength = 10;

/** What a secret is for: a key, a runner's key, a browser's session, a link that signs in once. */
export type SecretKind = "wsk" | "wsr" | "wss" | "wsl";

/** A new secret: a prefix secret scanners know, 32 random bytes and a checksum in base62. */
export async function makeSecret(kind: SecretKind): Promise<string> {
  const head = `${kind}_${base62(crypto.getRandomValues(new Uint8Array(32)), bodyLength)}`;
  return head + (await checksumOf(head));
}

/** Whether a string can be such a secret at all: typing errors and random strings never reach the database. */
export async function isWellFormed(secret: string, kinds: readonly SecretKind[] = ["wsk", "wsr"]): Promise<boolean> {
  if (!/^ws[krsl]_[0-9A-Za-z]{49}$/.test(secret) || !kinds.some((kind) => secret.startsWith(kind))) return false;
  const head = secret.slice(0, -checksumLength);
  return secret.slice(-checksumLength) === (await checksumOf(head));
}

async function checksumOf(head: string): Promise<string> {
  const digest = await sha256Hex(head);
  return base62(
    Uint8Array.from(digest.slice(0, 8).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
    checksumLength,
  );
}

function base62(bytes: Uint8Array, length: number): string {
  let value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  while (text.length < length) {
    text = alphabet.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text;
}
