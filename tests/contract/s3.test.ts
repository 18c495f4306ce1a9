import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}
interface Rules {
  rules?: object[];
  Rules?: object[];
  CORSRules?: object[];
}

const read = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, "../../infra/s3", file), "utf8"));
const { Statement: policy }: { Statement: Statement[] } = read("aws/bucket-policy.json");
const { Statement: user }: { Statement: Statement[] } = read("aws/api-user-policy.json");

test("the bucket only ever denies; what is allowed, the API's user is allowed", () => {
  expect(policy.map(({ Effect }) => Effect)).toEqual(policy.map(() => "Deny"));
  expect(user.flatMap(({ Action }) => Action).filter((action) => /\*|Policy|Acl|Cors|Lifecycle/.test(action))).toEqual(
    [],
  );
});

test("plain HTTP is denied for the bucket and everything in it", () => {
  const rule = policy.find(({ Condition }) => Condition?.["Bool"]?.["aws:SecureTransport"] === "false");

  expect(rule).toMatchObject({ Action: "s3:*", Resource: ["arn:aws:s3:::whetstone", "arn:aws:s3:::whetstone/*"] });
});

describe.each(["aws", "r2"])("on %s", (vendor) => {
  test("a browser can read ranges and learns each part's ETag", () => {
    const cors: Rules = read(`${vendor}/cors.json`);
    const text = JSON.stringify(cors.rules ?? cors.CORSRules).toLowerCase();

    for (const word of ["range", "etag", "content-range", "x-amz-checksum-sha256", "put"])
      expect(text).toContain(`"${word}"`);
    expect(text).not.toContain('"*"');
  });

  test("an upload left unfinished is dropped after seven days", () => {
    const lifecycle: Rules = read(`${vendor}/lifecycle.json`);
    const found = JSON.stringify(lifecycle.rules ?? lifecycle.Rules);

    expect(found).toMatch(
      /"DaysAfterInitiation":7|"abortMultipartUploadsTransition":\{"condition":\{"type":"Age","maxAge":604800\}/,
    );
  });

  test("no rule expires an object a version may name", () => {
    expect(JSON.stringify(read(`${vendor}/lifecycle.json`))).not.toMatch(/"Expiration"|deleteObjectsTransition/);
  });
});
