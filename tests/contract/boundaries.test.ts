import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** One forbidden import for each row of the table in docs/CONTRIBUTING.md: the file, and what it must not import. */
const offences: [file: string, imported: string][] = [
  ["schemas/src/api/a.ts", "hono"],
  ["schemas/src/api/b.ts", "../db/index.ts"],
  ["schemas/src/api/c.ts", "drizzle-orm"],
  ["schemas/src/tasks/a.ts", "node:fs"],
  ["schemas/src/tasks/b.ts", "../../../workers/core/src/errors.ts"],
  ["schemas/src/db/a.ts", "@whetstone/core/errors"],
  ["schemas/src/client/a.ts", "node:http"],
  ["schemas/src/client/b.ts", "cloudflare:workers"],
  ["workers/core/src/runs/a.ts", "hono"],
  ["workers/core/src/runs/b.ts", "hono/cors"],
  ["workers/core/src/runs/c.ts", "@hono/zod-openapi"],
  ["workers/core/src/runs/d.ts", "node:crypto"],
  ["workers/core/src/runs/e.ts", "cloudflare:workers"],
  ["workers/core/src/runs/f.ts", "@whetstone/runtime"],
  ["workers/core/src/runs/g.ts", "../../../api/src/app.ts"],
  ["workers/api/src/a.ts", "@whetstone/pipeline"],
  ["workers/api/src/b.ts", "../../pipeline/src/refine.ts"],
  ["workers/api/src/c.ts", "@whetstone/schemas/db"],
  ["workers/api/src/d.ts", "drizzle-orm/d1"],
  ["workers/pipeline/src/a.ts", "@whetstone/api"],
  ["workers/pipeline/src/b.ts", "../../api/src/app.ts"],
  ["workers/pipeline/src/c.ts", "@whetstone/runtime"],
  ["gpu-runners/runtime/src/a.ts", "@whetstone/schemas/db"],
  ["gpu-runners/vision/src/a.ts", "@whetstone/core/errors"],
  ["gpu-runners/vision/src/b.ts", "@whetstone/refiner"],
  ["gpu-runners/refiner/src/a.ts", "../../vision/src/embed.ts"],
  ["gpu-runners/trainer/src/a.ts", "@aws-sdk/client-s3"],
  ["gpu-runners/trainer/src/b.ts", "@whetstone/core/loops/next-move"],
  ["gpu-runners/trainer/src/c.ts", "@whetstone/core/methods/method"],
  ["apps/cli/src/a.ts", "@whetstone/schemas/db"],
  ["apps/cli/src/b.ts", "@whetstone/schemas/tasks"],
  ["apps/demo/src/a.ts", "@whetstone/core/context"],
  ["apps/demo/src/b.ts", "@whetstone/cli"],
  ["apps/cli/src/d.ts", "@whetstone/core/lifelong/compute-metrics"],
  ["apps/cli/src/e.ts", "../../../workers/core/src/lifelong/index.ts"],
  ["apps/dashboard/src/a.ts", "../../../gpu-runners/runtime/src/index.ts"],
];

/** What each layer lives on; the lock must leave these alone. */
const allowed: [file: string, imported: string][] = [
  ["schemas/src/api/z.ts", "../tasks/kinds.ts"],
  ["schemas/src/db/z.ts", "drizzle-orm"],
  ["schemas/src/db/z.test.ts", "node:fs"],
  ["schemas/src/client/z.ts", "../api/index.ts"],
  ["workers/core/src/z.ts", "@whetstone/schemas/db"],
  ["workers/core/src/runs/z.ts", "../errors.ts"],
  ["workers/api/src/z.ts", "@whetstone/core/runs/create-run"],
  ["workers/api/src/z.test.ts", "@whetstone/schemas/db"],
  ["workers/pipeline/src/z.ts", "cloudflare:workers"],
  ["gpu-runners/vision/src/z.ts", "@whetstone/runtime"],
  ["gpu-runners/refiner/src/z.ts", "@whetstone/schemas/tasks"],
  ["gpu-runners/trainer/src/z.ts", "@whetstone/core/methods"],
  ["apps/cli/src/z.ts", "@whetstone/schemas/client"],
  ["apps/cli/src/y.ts", "@whetstone/core/lifelong"],
  ["tests/e2e/z.ts", "@whetstone/core/errors"],
];

let folder: string;
let caught: Map<string, string[]>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boundaries-"));
  const config = await readFile(join(root, ".oxlintrc.json"), "utf8");
  await plant(".oxlintrc.json", config.replace('"typeAware": true', '"typeAware": false'));
  for (const [file, imported] of [...offences, ...allowed]) await plant(file, `export * from "${imported}";\n`);
  await plant("apps/cli/src/left.ts", 'import { right } from "./right.ts";\nexport const left = () => right();\n');
  await plant(
    "apps/cli/src/right.ts",
    'import { left } from "./left.ts";\nexport const right = (): unknown => left();\n',
  );
  caught = await lint();
}, 30_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(offences)("%s may not import %s", (file) => {
  expect(caught.get(file)).toContain("eslint(no-restricted-imports)");
});

test.each(allowed)("%s may import %s", (file) => {
  expect(caught.get(file) ?? []).not.toContain("eslint(no-restricted-imports)");
});

test("files may not import each other in a circle", () => {
  expect(caught.get("apps/cli/src/left.ts")).toContain("import(no-cycle)");
});

async function plant(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

/** File to the rules it breaks. */
async function lint(): Promise<Map<string, string[]>> {
  // oxlint exits 1 when it finds something, as it must here.
  const report = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [join(root, "node_modules/oxlint/bin/oxlint"), "-f", "json"],
      { cwd: folder },
      (_, stdout) => resolve(stdout),
    );
  });
  const { diagnostics } = JSON.parse(report) as { diagnostics: { filename: string; code: string }[] };
  return new Map(
    Object.entries(Object.groupBy(diagnostics, (found) => found.filename)).map(([file, found]) => [
      file,
      (found ?? []).map((one) => one.code),
    ]),
  );
}
