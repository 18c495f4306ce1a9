import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@whetstone/schemas/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { measureFile, type Packed } from "./pack.ts";
import { uploadFile } from "./upload-file.ts";

const partBytes = 1000;
let home: string;
let server: Server | undefined;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), "upload-"))));
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(home, { recursive: true, force: true });
});

test("the parts that arrive make the file again, in order, and the upload is completed with their etags", async () => {
  const { api, storage } = await serve();
  const { file, bytes } = await makeFile(4_500);

  const upload = await uploadFile(file, options(api));

  expect(upload.status).toBe("completed");
  expect(Buffer.concat(storage.completed.map((part) => storage.parts.get(part) ?? Buffer.alloc(0)))).toEqual(bytes);
});

test("a part that fails, breaks off or expires is sent again", async () => {
  const trouble = new Map<number, ("500" | "drop" | "403")[]>([
    [1, ["500"]],
    [2, ["drop", "drop"]],
    [4, ["403"]],
  ]);
  const { api, storage } = await serve({ trouble });
  const { file, bytes } = await makeFile(4_500);

  await uploadFile(file, options(api));

  expect(Buffer.concat(storage.completed.map((part) => storage.parts.get(part) ?? Buffer.alloc(0)))).toEqual(bytes);
  expect(storage.addressPages).toBeGreaterThan(1);
});

test("bytes damaged on the way are refused by their MD5 and sent again", async () => {
  const { api, storage } = await serve();
  const { file, bytes } = await makeFile(2_500);
  let calls = 0;
  const damaging: typeof fetch = (url, init) => {
    calls += 1;
    return fetch(url, calls === 1 ? { ...init, body: Buffer.alloc(partBytes) } : init);
  };

  await uploadFile(file, { ...options(api), fetch: damaging });

  expect(Buffer.concat(storage.completed.map((part) => storage.parts.get(part) ?? Buffer.alloc(0)))).toEqual(bytes);
});

test("an upload that broke off goes on where it was", async () => {
  const trouble = new Map([[3, Array.from({ length: 6 }, () => "500" as const)]]);
  const { api, storage } = await serve({ trouble });
  const { file } = await makeFile(4_500);
  await expect(uploadFile(file, options(api))).rejects.toThrow(
    "part 3 could not be uploaded: the storage answered 500",
  );
  const before = new Set(storage.parts.keys());

  await uploadFile(file, options(api));

  expect(before.size).toBeGreaterThan(0);
  expect(storage.created).toBe(1);
  for (const part of before) expect(storage.puts.get(part)).toBe(1);
});

test("an empty file is refused before anything is asked", async () => {
  const { api, storage } = await serve();
  const { file } = await makeFile(0);

  await expect(uploadFile(file, options(api))).rejects.toThrow("is empty");

  expect(storage.created).toBe(0);
});

const options = (api: ReturnType<typeof createClient>) => ({
  api,
  bar: { update: () => undefined },
  resumeFolder: join(home, "resume"),
  random: () => 0,
});

async function makeFile(sizeBytes: number): Promise<{ file: Packed; bytes: Buffer }> {
  const bytes = randomBytes(sizeBytes);
  await writeFile(join(home, "a.tar"), bytes);
  return { file: await measureFile(join(home, "a.tar")), bytes };
}

interface Faults {
  trouble?: Map<number, ("500" | "drop" | "403")[]>;
}

/** The upload endpoints of the API and an S3 that checks MD5, on one real HTTP server. */
async function serve({ trouble = new Map() }: Faults = {}) {
  const storage = {
    parts: new Map<number, Buffer>(),
    puts: new Map<number, number>(),
    completed: [] as number[],
    created: 0,
    addressPages: 0,
  };
  let upload: Record<string, unknown> & { sizeBytes: number } = { sizeBytes: 0 };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(Buffer.concat(chunks)));
    const base = `http://127.0.0.1:${request.socket.localPort}`;

    function answer(body: Buffer): void {
      const url = new URL(request.url ?? "", base);
      const send = (value: unknown): void =>
        void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
      if (url.pathname === "/v1/uploads") {
        const { filename, sizeBytes, sha256 } = JSON.parse(body.toString()) as {
          filename: string;
          sizeBytes: number;
          sha256: string;
        };
        storage.created += 1;
        const times = { createdAt: "2026-01-01T00:00:00.000Z", expiresAt: "2026-01-02T00:00:00.000Z" };
        upload = {
          id: "up_1",
          object: "upload",
          filename,
          sizeBytes,
          sha256,
          partBytes,
          partCount: Math.ceil(sizeBytes / partBytes),
          status: "pending",
          ...times,
        };
        return send(upload);
      }
      if (url.pathname === "/v1/uploads/up_1") return send(upload);
      if (url.pathname === "/v1/uploads/up_1/parts") {
        storage.addressPages += 1;
        const [from, count] = [Number(url.searchParams.get("from")), Number(url.searchParams.get("count"))];
        const data = Array.from({ length: count }, (_, i) => ({
          partNumber: from + i,
          url: `${base}/s3?part=${from + i}`,
          sizeBytes: partBytes,
          expiresAt: "2026-01-02T00:00:00.000Z",
        }));
        return send({ object: "list", data });
      }
      if (url.pathname === "/v1/uploads/up_1/complete") {
        storage.completed = (JSON.parse(body.toString()) as { parts: { partNumber: number }[] }).parts.map(
          ({ partNumber }) => partNumber,
        );
        upload = { ...upload, status: "completed" };
        return send(upload);
      }
      put(Number(url.searchParams.get("part")), body);
    }

    function put(part: number, body: Buffer): void {
      const fault = trouble.get(part)?.shift();
      if (fault === "drop") return void request.socket.destroy();
      if (fault) return void response.writeHead(Number(fault)).end("<Code>Trouble</Code>");
      const md5 = createHash("md5").update(body).digest("base64");
      if (request.headers["content-md5"] !== md5) return void response.writeHead(400).end("<Code>BadDigest</Code>");
      storage.parts.set(part, body);
      storage.puts.set(part, (storage.puts.get(part) ?? 0) + 1);
      response.writeHead(200, { etag: `"${part}"` }).end();
    }
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const api = createClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: "k",
    random: () => 0,
  });
  return { api, storage };
}
