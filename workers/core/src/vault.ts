/** Keeps secrets the platform itself must use later, such as a webhook's signing secret. What it gives back is safe to store. */
export interface Vault {
  /** `owner` is bound in: a sealed text moved to another row does not open there. */
  seal(text: string, owner: string): Promise<string>;
  open(sealed: string, owner: string): Promise<string>;
}

const minKeyLength = 32;
const ivBytes = 12;

/** AES-256-GCM under a key only the Workers hold; the database alone is worth nothing to a thief. */
export function createVault(secretsKey: string | undefined): Vault {
  let key: Promise<CryptoKey> | undefined;
  const toKey = () => (key ??= importKey(secretsKey));
  return {
    async seal(text, owner) {
      const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
      const sealed = await crypto.subtle.encrypt(toParams(iv, owner), await toKey(), encode(text));
      return `v1.${toBase64(iv)}.${toBase64(new Uint8Array(sealed))}`;
    },
    async open(sealed, owner) {
      const [version, iv, bytes] = sealed.split(".");
      if (version !== "v1" || iv === undefined || bytes === undefined) throw new Error("a sealed secret is malformed");
      const opener = await toKey();
      const text = await crypto.subtle
        .decrypt(toParams(fromBase64(iv), owner), opener, fromBase64(bytes))
        .catch((cause: unknown) => {
          throw new Error("a sealed secret does not open; was it sealed under another SECRETS_KEY?", { cause });
        });
      return new TextDecoder().decode(text);
    },
  };
}

async function importKey(secretsKey = ""): Promise<CryptoKey> {
  if (secretsKey.length < minKeyLength)
    throw new Error(`SECRETS_KEY must be set to ${minKeyLength} random characters or more, the same in both Workers`);
  const bytes = await crypto.subtle.digest("SHA-256", encode(secretsKey));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

const encode = (text: string) => new TextEncoder().encode(text);
const toParams = (iv: Uint8Array, owner: string) => ({ name: "AES-GCM", iv, additionalData: encode(owner) });
const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
