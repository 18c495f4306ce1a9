import { expect, test } from "vitest";
import { makeVersion } from "../../test/layers.ts";
import { makeContext } from "../testing.ts";
import { describeWorkspace } from "./describe-workspace.ts";

test("tells how much of each quota is used, by this workspace alone", async () => {
  const [ctx, other] = [await makeContext(), await makeContext()];
  await makeVersion(other, { shards: [[0]] });

  const before = (await describeWorkspace(ctx)).used;
  await makeVersion(ctx, { shards: [[0, 1]] });
  const after = await describeWorkspace(ctx);

  expect(before).toMatchObject({ maxDatasets: 0, maxActiveRuns: 0, maxStreams: 0, maxSchedules: 0 });
  expect(after.used.maxDatasets).toBe(1);
  expect(after.quotas.maxDatasets).toBeGreaterThan(1);
});
