import { Run } from "@whetstone/schemas/api";
import { ApiError } from "@whetstone/schemas/client";
import { expect, test } from "vitest";
import { CliError, formatFailure } from "./errors.ts";
import { toFailure } from "./failures.ts";

test("an API failure says what, why, what to try and which request", () => {
  const error = new ApiError(404, { detail: "run run_9 does not exist", code: "not_found", request_id: "req_1" });

  expect(formatFailure(toFailure(error))).toBe(
    [
      "error: run run_9 does not exist",
      "  try: check the id; the `list` commands show what is there",
      "  request: req_1",
    ].join("\n"),
  );
});

test("fields that are wrong are told one a line", () => {
  const errors = [{ pointer: "/name", code: "too_small", detail: "must not be empty" }];

  const text = formatFailure(
    toFailure(new ApiError(400, { detail: "the body is not valid", code: "invalid_input", errors })),
  );

  expect(text).toContain("  /name: must not be empty");
});

test("an API that is down is told with what starts one", () => {
  const failure = toFailure(new ApiError(0, { detail: "http://127.0.0.1:9 can't be reached: refused" }));

  expect(failure).toMatchObject({ code: "unreachable", hint: expect.stringContaining("whetstone up"), exitCode: 1 });
});

test("wrong usage exits 2, a failure 1", () => {
  expect(toFailure(new CliError("no", { exitCode: 2 })).exitCode).toBe(2);
  expect(toFailure(new CliError("no")).exitCode).toBe(1);
  expect(toFailure(new Error("bug")).exitCode).toBe(1);
});

test("an answer of another version is told as such", () => {
  const { error } = Run.safeParse({ id: 1 });

  expect(toFailure(error).message).toContain("the API's answer is not understood");
});
