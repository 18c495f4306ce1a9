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
interface Rules<T> {
  rules?: T[];
  Rules?: T[];
  CORSRules?: T[];
}

const read = <T>(file: string): T => JSON.parse(readFileSync(join(import.meta.dirname, "../../infra/s3", file), "utf8"));
const policy = read<{ Statement: Statement[] }>("aws/bucket-policy.json").Statement;
const user = read<{ Statement: Statement[] }>("aws/api-user-policy.json").Statement;

test("the bucket only ever denies; what is allowed, the API's user is allowed", () => {
  expect(policy.map(({ Effect }) => Effect)).toEqual(policy.map(() => "Deny"));
  expect(user.flatMap(({ Action }) => Action).filter((action) => /\*|Policy|Acl|Cors|Lifecycle/.test(action))).toEqual([]);
});

test("plain HTTP is denied for the bucket and everything in it", () => {
  const [rule] = policy.filter(({ Condition }) => Condition?.["Bool"]?.["aws:SecureTransport"] === "false");

  expect(rule).toMatchObject({ Action: "s3:*", Resource: ["arn:aws:s3:::whetstone", "arn:aws:s3:::whetstone/*"] });
});

describe.each(["aws", "r2"])("on %s", (vendor) => {
  test("a browser can read ranges and learns each part's ETag", () => {
    const cors = read<Rules<object>>(`${vendor}/cors.json`);
    const text = JSON.stringify(cors.rules ?? cors.CORSRules).toLowerCase();

    for (const word of ["range", "etag", "content-range", "x-amz-checksum-sha256", "put"]) expect(text).toContain(`"${word}"`);
    expect(text).not.toContain('"*"');
  });

  test("an upload left unfinished is dropped after seven days", () => {
    const { rules, Rules } = read<Rules<Record<string, unknown>>>(`${vendor}/lifecycle.json`);
    const found = JSON.stringify(rules ?? Rules);

    expect(found).toMatch(/"DaysAfterInitiation":7|"abortMultipartUploadsTransition":\{"condition":\{"type":"Age","maxAge":604800\}/);
  });

  test("no rule expires an object a version may name", () => {
    expect(JSON.stringify(read(`${vendor}/lifecycle.json`))).not.toMatch(/"Expiration"|deleteObjectsTransition/);
  });
});
