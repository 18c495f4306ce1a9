import { expect, test } from "vitest";
import { toHubCheckpoint } from "./convert-checkpoint.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

test.each([`laion/CLIP-ViT-B-32@${commit}`, `some.one/a_b@${commit}`])("%s is a checkpoint of the hub", (given) => {
  const [id, revision] = given.split("@");

  expect(toHubCheckpoint(given)).toEqual({ id, revision });
});

test.each([
  "laion/clip",
  "laion/clip@main",
  `laion/clip@${commit.slice(1)}`,
  `laion/clip@${commit.toUpperCase()}`,
  `clip@${commit}`,
  `./laion/clip@${commit}`,
  `/models/laion/clip@${commit}`,
  "mdl_0198c5a1-0000-7000-8000-000000000001",
])("%s is none", (given) => {
  expect(toHubCheckpoint(given)).toBeUndefined();
});
