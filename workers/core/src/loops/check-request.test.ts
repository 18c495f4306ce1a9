import { CreateLoop } from "@whetstone/schemas/api";
import { uploads } from "@whetstone/schemas/db";
import { expect, test } from "vitest";
import { toParquet } from "../../test/layers.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { findMethod } from "../methods/index.ts";
import { makeContext } from "../testing.ts";
import { checkRequest } from "./check-request.ts";

const question = { queryId: "q1", split: "train", question: "what is it?", answer: "a cat" };
const hub = { from: "hub", id: "someone/tiny", revision: "0".repeat(40) };

/** A loop on an upload of one question, as it is checked before it is made. */
async function check(policyKind: string, row: Record<string, string>, verifier = "exact"): Promise<void> {
  const ctx = await makeContext();
  const uploadId = await putUpload(ctx, toParquet([row]));
  const input = CreateLoop.parse({
    name: "loop",
    method: "sharpening",
    policy: { kind: policyKind, source: hub },
    task: { kind: "questions", uploadId, verifier },
  });
  const method = findMethod(input.method);
  await checkRequest(ctx, { input, method, parameters: method.parse({}) });
}

test.each([
  ["a picture with each question for a model that sees", "image-text", { ...question, image: "bytes" }],
  ["words alone for a language model", "causal-lm", question],
])("%s can be looped on", async (_, kind, row) => {
  await expect(check(kind, row)).resolves.toBeUndefined();
});

test.each([
  { what: "a model that sees, without pictures", kind: "image-text", row: question, detail: "has no column image" },
  {
    what: "questions without answers",
    kind: "causal-lm",
    row: { queryId: "q1", split: "train", question: "what is it?" },
    detail: "has no column answer",
  },
  {
    what: "programs without scenes",
    kind: "causal-lm",
    row: question,
    verifier: "program",
    detail: "has no column scene",
  },
])("$what are refused, and the answer points at the upload", async ({ kind, row, verifier, detail }) => {
  await expect(check(kind, row, verifier)).rejects.toMatchObject({
    code: "not_runnable",
    fields: [{ pointer: "/task/uploadId", detail: expect.stringContaining(detail) }],
  });
});

async function putUpload(ctx: Context & { workspaceId: string }, bytes: Uint8Array): Promise<string> {
  const id = ctx.newId("upload");
  const file = { key: `w/${ctx.workspaceId}/u/${id}`, sizeBytes: bytes.length, sha256: await sha256Hex(bytes) };
  const { url, headers } = await ctx.storage.presignPut({ ...file, expiresSeconds: 60 });
  const { ok, status } = await fetch(url, { method: "PUT", body: bytes, headers });
  if (!ok) throw new Error(`the storage answered ${status}`);
  await ctx.db.insert(uploads).values({
    ...file,
    id,
    workspaceId: ctx.workspaceId,
    filename: "task.parquet",
    partBytes: bytes.length,
    partCount: 1,
    multipartId: "",
    status: "completed",
    createdAt: ctx.now(),
    expiresAt: ctx.now(),
  });
  return id;
}
