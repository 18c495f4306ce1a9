import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { call, makeWorkspace } from "../test/caller.ts";
import { makeUpload, putParts, sha256 } from "../test/files.ts";

const mebibyte = 1024 ** 2;

test("a file of two parts goes to S3 and is complete, also when completed twice", async () => {
  const { key } = await makeWorkspace();
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const file = new Uint8Array(9 * mebibyte).map((_, index) => bytes[index % 65_536] ?? 0);
  const { json: upload } = await call("/v1/uploads", {
    key,
    body: { filename: "a.tar", sizeBytes: file.length, sha256: await sha256(file) },
  });

  const parts = await putParts(key, upload.id, file);
  const first = await call(`/v1/uploads/${upload.id}/complete`, { key, body: { parts: parts.toReversed() } });
  const second = await call(`/v1/uploads/${upload.id}/complete`, { key, body: { parts } });

  expect(upload).toMatchObject({ status: "pending", partBytes: 8 * mebibyte, partCount: 2 });
  expect(first).toMatchObject({ status: 200, json: { id: upload.id, status: "completed", sizeBytes: file.length } });
  expect(second.json).toEqual(first.json);
});

test("an upload whose answer was lost after S3 had it completes on the next try", async () => {
  const { key } = await makeWorkspace();
  const { upload, parts } = await makeUpload(key, "hello", { complete: false });
  await call(`/v1/uploads/${upload.id}/complete`, { key, body: { parts } });
  await env.DB.prepare("update uploads set status = 'pending' where id = ?").bind(upload.id).run();

  const again = await call(`/v1/uploads/${upload.id}/complete`, { key, body: { parts } });

  expect(again).toMatchObject({ status: 200, json: { status: "completed" } });
});

test("an empty file is refused in clear words", async () => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/uploads", {
    key,
    body: { filename: "none.tar", sizeBytes: 0, sha256: "0".repeat(64) },
  });

  expect(status).toBe(400);
  expect(json).toMatchObject({
    code: "invalid_input",
    detail: "none.tar is empty; there is nothing to upload",
    errors: [{ pointer: "/sizeBytes" }],
  });
});

test("S3 refuses a part of another size than announced", async () => {
  const { key } = await makeWorkspace();
  const { json: upload } = await call("/v1/uploads", {
    key,
    body: { filename: "a", sizeBytes: 5, sha256: await sha256("hello") },
  });
  const { json } = await call(`/v1/uploads/${upload.id}/parts`, { key });

  const response = await fetch(json.data[0].url, { method: "PUT", body: "hello world" });

  expect(json.data).toHaveLength(1);
  expect(response.status).toBe(403);
});

test("completion wants every part, and S3's own ETags", async () => {
  const { key } = await makeWorkspace();
  const { upload, parts } = await makeUpload(key, "hello", { complete: false });
  const path = `/v1/uploads/${upload.id}/complete`;

  const tooMany = await call(path, { key, body: { parts: [...parts, { partNumber: 2, etag: "x" }] } });
  const wrongEtag = await call(path, {
    key,
    body: { parts: [{ partNumber: 1, etag: '"00000000000000000000000000000000"' }] },
  });
  const right = await call(path, { key, body: { parts } });

  expect(tooMany).toMatchObject({ status: 400, json: { code: "invalid_input", errors: [{ pointer: "/parts" }] } });
  expect(wrongEtag).toMatchObject({ status: 400, json: { code: "invalid_input" } });
  expect(right.status).toBe(200);
});

test("an upload without bytes can't be completed", async () => {
  const { key } = await makeWorkspace();
  const { json: upload } = await call("/v1/uploads", {
    key,
    body: { filename: "a", sizeBytes: 5, sha256: await sha256("hello") },
  });

  const { status, json } = await call(`/v1/uploads/${upload.id}/complete`, {
    key,
    body: { parts: [{ partNumber: 1, etag: '"5d41402abc4b2a76b9719d911017c592"' }] },
  });

  expect({ status, code: json.code }).toEqual({ status: 400, code: "invalid_input" });
});

test("a size that does not fit what was announced is refused and names both", async () => {
  const { key } = await makeWorkspace();
  const { upload, parts } = await makeUpload(key, "hello", { complete: false });
  await env.DB.prepare("update uploads set size_bytes = 7 where id = ?").bind(upload.id).run();

  const { status, json } = await call(`/v1/uploads/${upload.id}/complete`, { key, body: { parts } });
  const after = await call(`/v1/uploads/${upload.id}`, { key });

  expect(status).toBe(400);
  expect(json.detail).toMatch(/has 5 bytes and 7 were announced/);
  expect(after.json.status).toBe("cancelled");
});

test("a cancelled upload takes nothing more, and cancelling twice is cancelling once", async () => {
  const { key } = await makeWorkspace();
  const { upload, parts } = await makeUpload(key, "hello", { complete: false });

  const first = await call(`/v1/uploads/${upload.id}/cancel`, { method: "POST", key });
  const second = await call(`/v1/uploads/${upload.id}/cancel`, { method: "POST", key });
  const links = await call(`/v1/uploads/${upload.id}/parts`, { key });
  const complete = await call(`/v1/uploads/${upload.id}/complete`, { key, body: { parts } });

  expect([first.json.status, second.json.status]).toEqual(["cancelled", "cancelled"]);
  expect([links.json.code, complete.json.code]).toEqual(["conflict", "conflict"]);
});

test("an upload older than seven days is expired", async () => {
  const { key } = await makeWorkspace();
  const { upload, parts } = await makeUpload(key, "hello", { complete: false });
  await env.DB.prepare("update uploads set expires_at = ? where id = ?")
    .bind(Date.now() - 1, upload.id)
    .run();

  const seen = await call(`/v1/uploads/${upload.id}`, { key });
  const complete = await call(`/v1/uploads/${upload.id}/complete`, { key, body: { parts } });

  expect(Date.parse(upload.expiresAt) - Date.parse(upload.createdAt)).toBe(7 * 24 * 3_600_000);
  expect(seen.json.status).toBe("expired");
  expect(complete).toMatchObject({ status: 410, json: { code: "upload_expired" } });
});

test("a workspace can't announce more bytes than its quota", async () => {
  const { key } = await makeWorkspace({ maxStoredBytes: 10 });
  await makeUpload(key, "hello");

  const { status, json } = await call("/v1/uploads", {
    key,
    body: { filename: "b", sizeBytes: 6, sha256: "0".repeat(64) },
  });
  const fits = await call("/v1/uploads", { key, body: { filename: "b", sizeBytes: 5, sha256: "0".repeat(64) } });

  expect({ status, code: json.code }).toEqual({ status: 403, code: "quota_exceeded" });
  expect(fits.status).toBe(201);
});
