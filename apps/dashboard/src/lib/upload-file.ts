import { api } from "./api.ts";

/** Sends a small file straight to the storage and answers the upload's id. */
export async function uploadFile(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const upload = await api.uploads.create({ filename: "image", sizeBytes: bytes.byteLength, sha256 });
  const { data } = await api.uploads.parts(upload.id);
  const parts = [];
  for (const { partNumber, url } of data) {
    const part = bytes.slice((partNumber - 1) * upload.partBytes, partNumber * upload.partBytes);
    const response = await fetch(url, { method: "PUT", body: part });
    if (!response.ok) throw new Error(`the storage refused the image with ${response.status}`);
    parts.push({ partNumber, etag: response.headers.get("etag") ?? "" });
  }
  await api.uploads.complete(upload.id, { parts });
  return upload.id;
}
