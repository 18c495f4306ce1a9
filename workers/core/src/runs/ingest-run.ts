import type { Benchmark } from "@whetstone/schemas/api";
import { IngestArchiveResult } from "@whetstone/schemas/tasks";
import { uploads } from "@whetstone/schemas/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import { toInput } from "./load-manifest.ts";
import { listTaskResults } from "./list-task-results.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind } from "./run-kind.ts";
import { type VersionDraft, writeVersion } from "./write-version.ts";

/** Uploaded archives to a dataset's next version: one task an archive. */
export const ingestRun = defineRunKind<"ingest">({
  countTasks: async (_ctx, run) => run.params.uploadIds.length,

  async planTasks(ctx, { run, from, to }) {
    const ids = run.params.uploadIds.slice(from, to);
    const rows = await ctx.db
      .select()
      .from(uploads)
      .where(
        and(
          eq(uploads.workspaceId, run.workspaceId),
          inArray(uploads.id, sql`(select value from json_each(${JSON.stringify(ids)}))`),
        ),
      );
    const rowOf = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => {
      const upload = rowOf.get(id);
      if (!upload) throw new RunFailure("upload_missing", `upload ${id} does not exist any more`);
      return {
        kind: "ingest-archive",
        params: { filename: upload.filename, ...run.params.options },
        inputs: [toInput("archive", upload)],
      };
    });
  },

  async close(ctx, run) {
    const draft: VersionDraft & {
      layers: { base: VersionDraft["layers"][string]; rejects: VersionDraft["layers"][string] };
    } = {
      datasetId: run.params.datasetId,
      parentId: null,
      createdAt: "",
      sampleCount: 0,
      rejectCount: 0,
      shards: [],
      layers: { base: [], rejects: [] },
    };
    const benchmarks = new Map<string, Benchmark>();
    let lastAt = 0;
    for await (const task of listTaskResults(ctx, run.id)) {
      const { shards, rejects, benchmark } = IngestArchiveResult.parse(task.result);
      for (const { shard, base, sampleCount } of shards) {
        const index = draft.shards.length;
        draft.shards.push({ ...toRef(task.file(shard)), index, sampleCount });
        draft.layers.base.push({ ...toRef(task.file(base)), shard: index, rowCount: sampleCount, runId: run.id });
        draft.sampleCount += sampleCount;
      }
      if (benchmark && shards.length > 0) benchmarks.set(JSON.stringify(benchmark), benchmark);
      if (rejects) {
        draft.layers.rejects.push({
          ...toRef(task.file(rejects.file)),
          shard: null,
          rowCount: rejects.rowCount,
          runId: run.id,
        });
        draft.rejectCount += rejects.rowCount;
      }
      lastAt = Math.max(lastAt, task.finishedAt.getTime());
    }
    if (draft.sampleCount === 0) {
      throw new RunFailure(
        "no_samples",
        `the archives hold no usable sample (${draft.rejectCount} rejected); look at what the tasks rejected and why`,
      );
    }
    // Archives of several sets: their class indexes mean different things, so the version has none and goes by labels.
    const [benchmark] = benchmarks.size === 1 ? benchmarks.values() : [];
    const createdAt = new Date(lastAt).toISOString();
    return writeVersion(ctx, { run, draft: { ...draft, createdAt, ...(benchmark && { benchmark }) } });
  },
});

export const toRef = ({ key, sizeBytes, sha256 }: { key: string; sizeBytes: number; sha256: string }) => ({
  key,
  sizeBytes,
  sha256,
});
