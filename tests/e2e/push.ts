import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Client } from "@whetstone/schemas/client";

/** Uploads a small file in parts and answers the upload's id. */
export async function pushFile(api: Client, path: string): Promise<string> {
  const bytes = await readFile(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const upload = await api.uploads.create({ filename: basename(path), sizeBytes: bytes.length, sha256 });
  const { data } = await api.uploads.parts(upload.id);
  const parts: { partNumber: number; etag: string }[] = [];
  for (const part of data) {
    const start = (part.partNumber - 1) * upload.partBytes;
    const response = await fetch(part.url, { method: "PUT", body: bytes.subarray(start, start + part.sizeBytes) });
    if (!response.ok)
      throw new Error(`part ${part.partNumber} was refused with ${response.status}: ${await response.text()}`);
    parts.push({ partNumber: part.partNumber, etag: response.headers.get("etag") ?? "" });
  }
  await api.uploads.complete(upload.id, { parts });
  return upload.id;
}
