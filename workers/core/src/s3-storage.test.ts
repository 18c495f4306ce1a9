import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { storageFrom } from "./create-context.ts";
import { createS3Storage } from "./s3-storage.ts";
import { sha256Hex } from "./encoding.ts";

const storage = storageFrom(env);
const newKey = () => `w/test/${crypto.randomUUID()}`;

async function putTarget(text: string) {
  const bytes = new TextEncoder().encode(text);
  const key = newKey();
  const sha256 = await sha256Hex(bytes);
  return {
    key,
    bytes,
    sha256,
    ...(await storage.presignPut({ key, sizeBytes: bytes.length, sha256, expiresSeconds: 60 })),
  };
}

test("a presigned PUT takes exactly the bytes that were announced", async () => {
  const { key, bytes, sha256, url, headers } = await putTarget("hello");

  const response = await fetch(url, { method: "PUT", body: bytes, headers });

  expect(response.status).toBe(200);
  expect(await storage.head(key)).toMatchObject({ sizeBytes: 5, sha256 });
});

test("a presigned PUT refuses other bytes of the same length", async () => {
  const { key, url, headers } = await putTarget("hello");

  const response = await fetch(url, { method: "PUT", body: "jello", headers });

  expect(response.status).toBe(400);
  expect(await storage.head(key)).toBeUndefined();
});

test("a presigned PUT refuses a caller who leaves the checksum out", async () => {
  const { key, url } = await putTarget("hello");

  const response = await fetch(url, { method: "PUT", body: "hello" });

  expect(response.status).toBe(403);
  expect(await storage.head(key)).toBeUndefined();
});

test("an expired presigned address is refused", async () => {
  const bytes = new TextEncoder().encode("late");
  const target = { key: newKey(), sizeBytes: bytes.length, sha256: await sha256Hex(bytes) };
  const { url, headers } = await storage.presignPut({ ...target, expiresSeconds: 1 });
  await new Promise((resolve) => setTimeout(resolve, 2100));

  const response = await fetch(url, { method: "PUT", body: bytes, headers });

  expect(response.status).toBe(403);
  expect(await storage.head(target.key)).toBeUndefined();
});

test("a conditional write keeps what is there", async () => {
  const key = newKey();

  const [first, second] = [
    await storage.putIfAbsent(key, "one", "text/plain"),
    await storage.putIfAbsent(key, "two", "text/plain"),
  ];

  expect([first, second]).toEqual(["created", "exists"]);
  expect(await storage.getText(key, { maxBytes: 10 })).toBe("one");
});

test("of two conditional writes at once exactly one wins", async () => {
  const key = newKey();

  const results = await Promise.all(
    ["one", "two", "three"].map((body) => storage.putIfAbsent(key, body, "text/plain")),
  );

  expect(results.toSorted()).toEqual(["created", "exists", "exists"]);
});

test("a text larger than asked for is not read", async () => {
  const key = newKey();
  await storage.putIfAbsent(key, "0123456789", "text/plain");

  await expect(storage.getText(key, { maxBytes: 9 })).rejects.toMatchObject({ code: "payload_too_large" });
  await expect(storage.getText(newKey(), { maxBytes: 9 })).rejects.toMatchObject({ code: "not_found" });
});

test("a range is the bytes asked for, end excluded", async () => {
  const key = newKey();
  await storage.putIfAbsent(key, "0123456789", "text/plain");

  expect(new TextDecoder().decode(await storage.getRange(key, { start: 2, end: 5 }))).toBe("234");
});

test("a multipart upload is completed once, however often it is asked; its object has no SHA-256 of its own", async () => {
  const key = newKey();
  const multipartId = await storage.createMultipart(key);
  const url = await storage.presignPart({ key, multipartId, partNumber: 1, sizeBytes: 5, expiresSeconds: 60 });
  const etag = (await fetch(url, { method: "PUT", body: "hello" })).headers.get("etag") ?? "";
  const parts = [{ partNumber: 1, etag }];

  await storage.completeMultipart({ key, multipartId, parts });
  await storage.completeMultipart({ key, multipartId, parts });

  expect(await storage.head(key)).toMatchObject({ sizeBytes: 5, sha256: null });
});

test("an aborted upload is gone, and aborting twice is aborting once", async () => {
  const key = newKey();
  const multipartId = await storage.createMultipart(key);
  const url = await storage.presignPart({ key, multipartId, partNumber: 1, sizeBytes: 5, expiresSeconds: 60 });
  const etag = (await fetch(url, { method: "PUT", body: "hello" })).headers.get("etag") ?? "";

  await storage.abortMultipart({ key, multipartId });
  await storage.abortMultipart({ key, multipartId });

  const complete = storage.completeMultipart({ key, multipartId, parts: [{ partNumber: 1, etag }] });
  await expect(complete).rejects.toMatchObject({ code: "upload_not_ready" });
});

test("deleted objects are gone, and deleting what is not there is no error", async () => {
  const key = newKey();
  await storage.putIfAbsent(key, "x", "text/plain");

  await storage.delete([key, newKey()]);

  expect(await storage.head(key)).toBeUndefined();
});

test("an endpoint that is down is storage_unavailable within seconds", async () => {
  const down = createS3Storage({
    endpoint: "http://127.0.0.1:9",
    region: "x",
    bucket: "b",
    accessKeyId: "a",
    secretAccessKey: "s",
  });

  await expect(down.head("key")).rejects.toMatchObject({ code: "storage_unavailable" });
});
