import type { Upload, UploadParts } from "@whetstone/schemas/api";
import { call } from "./caller.ts";

type Bytes = Uint8Array | string;
const toBytes = (bytes: Bytes): Uint8Array => (typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);

export async function sha256(bytes: Bytes): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", toBytes(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends a file's parts to the addresses the API gives. */
export async function putParts(
  key: string,
  uploadId: string,
  bytes: Bytes,
): Promise<{ partNumber: number; etag: string }[]> {
  const { json } = await call(`/v1/uploads/${uploadId}/parts`, { key });
  let from = 0;
  const parts = [];
  for (const { partNumber, url, sizeBytes } of (json as UploadParts).data) {
    const response = await fetch(url, { method: "PUT", body: toBytes(bytes).slice(from, from + sizeBytes) });
    if (!response.ok) throw new Error(`part ${partNumber}: ${response.status} ${await response.text()}`);
    parts.push({ partNumber, etag: response.headers.get("etag") ?? "" });
    from += sizeBytes;
  }
  return parts;
}

export interface MadeUpload {
  upload: Upload;
  parts: { partNumber: number; etag: string }[];
}

/** A file announced, sent and, unless asked otherwise, completed. */
export async function makeUpload(
  key: string,
  bytes: Bytes,
  { complete = true, filename = "file" } = {},
): Promise<MadeUpload> {
  const { json } = await call("/v1/uploads", {
    key,
    body: { filename, sizeBytes: toBytes(bytes).length, sha256: await sha256(bytes) },
  });
  const upload = json as Upload;
  const parts = await putParts(key, upload.id, bytes);
  if (complete) await call(`/v1/uploads/${upload.id}/complete`, { key, body: { parts } });
  return { upload, parts };
}
