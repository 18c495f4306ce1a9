import { api } from "../../lib/api.ts";

/** The page hashes a file in memory before it goes; what is larger is the command line's. */
export const maxFileBytes: number = 1024 ** 3;
const maxTries = 4;
const partTimeoutMs = 600_000;

/** Sends a file to the storage part by part and answers its upload's id. */
export async function sendFile(
  file: File,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (sentBytes: number) => void },
): Promise<string> {
  const bytes = await file.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const upload = await api.uploads.create({ filename: file.name, sizeBytes: file.size, sha256 });
  const parts: { partNumber: number; etag: string }[] = [];
  for (let part = 1; part <= upload.partCount; part += 1) {
    const start = (part - 1) * upload.partBytes;
    const body = bytes.slice(start, start + upload.partBytes);
    parts.push({ partNumber: part, etag: await putPart({ uploadId: upload.id, part, body, signal }) });
    onProgress(Math.min(file.size, start + body.byteLength));
  }
  await api.uploads.complete(upload.id, { parts });
  return upload.id;
}

interface Part {
  uploadId: string;
  part: number;
  body: ArrayBuffer;
  signal: AbortSignal;
}

/** Each try asks for a fresh address, since the old one may have run out. */
async function putPart({ uploadId, part, body, signal }: Part): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      const { data } = await api.uploads.parts(uploadId, { from: part, count: 1 });
      const answer = await fetch(data[0]?.url ?? "", {
        method: "PUT",
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(partTimeoutMs)]),
      });
      const etag = answer.headers.get("etag");
      if (answer.ok && etag !== null) return etag;
      throw new Error(`the storage answered ${answer.status} to part ${part}`);
    } catch (error) {
      if (signal.aborted || tries >= maxTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(10_000, 300 * 2 ** tries)));
    }
  }
}
