import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { storageFrom } from "./create-context.ts";
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
