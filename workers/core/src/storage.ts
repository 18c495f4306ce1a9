/** What a stored object is known by. `sha256` is null when the endpoint keeps no checksum for it. */
export interface ObjectInfo {
  sizeBytes: number;
  sha256: string | null;
  etag: string;
}

/** S3, as the verbs need it. Bytes of samples never pass through: clients and runners get presigned addresses. */
export interface Storage {
  createMultipart(key: string): Promise<string>;
  /** S3 refuses a part of another size. */
  presignPart(input: {
    key: string;
    multipartId: string;
    partNumber: number;
    sizeBytes: number;
    expiresSeconds: number;
  }): Promise<string>;
  /** Idempotent: an upload completed before answers as now. */
  completeMultipart(input: {
    key: string;
    multipartId: string;
    parts: { partNumber: number; etag: string }[];
  }): Promise<void>;
  abortMultipart(input: { key: string; multipartId: string }): Promise<void>;
  presignGet(key: string, options: { expiresSeconds: number }): Promise<string>;
  /** S3 refuses bytes whose SHA-256 (hex here) differs; send exactly the headers returned. */
  presignPut(input: {
    key: string;
    sizeBytes: number;
    sha256: string;
    expiresSeconds: number;
  }): Promise<{ url: string; headers: Record<string, string> }>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Bytes `start` to `end` (exclusive) of a small control file or a layer. */
  getRange(key: string, range: { start: number; end: number }): Promise<ArrayBuffer>;
  getText(key: string, options: { maxBytes: number }): Promise<string>;
  /** Conditional write (`If-None-Match: *`): `exists` when the key is there already, whatever it holds. */
  putIfAbsent(key: string, body: string | Uint8Array, contentType: string): Promise<"created" | "exists">;
  delete(keys: readonly string[]): Promise<void>;
  /** Fails with `storage_unavailable` within two seconds when the bucket can't be reached. */
  ping(): Promise<void>;
}
