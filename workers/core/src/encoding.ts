/** SHA-256 in lower-case hex to the base64 that S3 speaks, and back. */
export function hexToBase64(hex: string): string {
  return btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))));
}

/** Null for no checksum and for a composite one (`...-3`), which says nothing about the bytes as a whole. */
export function base64ToHex(base64: string | undefined): string | null {
  if (base64 === undefined || base64.includes("-")) return null;
  return toHex(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}

export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sha256Hex(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return toHex(await crypto.subtle.digest("SHA-256", bytes));
}
