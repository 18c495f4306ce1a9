import { expect, test } from "vitest";
import { isPrivateAddress, refuseUrl } from "./refuse-url.ts";

const strict = { allowsPrivate: false };

test.each([
  "https://127.0.0.1/x",
  "https://localhost/x",
  "https://LOCALHOST./x",
  "https://db.internal/x",
  "https://2130706433/",
  "https://0x7f.1/",
  "https://10.1.2.3/",
  "https://172.20.0.1/",
  "https://192.168.1.1/",
  "https://169.254.169.254/latest/meta-data",
  "https://100.64.0.1/",
  "https://0.0.0.0/",
  "https://[::1]/",
  "https://[::ffff:10.0.0.1]/",
  "https://[fd00::1]/",
  "https://[fe80::1]/",
  "https://[64:ff9b::a00:1]/",
  "https://224.0.0.1/",
])("%s is private", (url) => {
  expect(refuseUrl(url, strict)).toBe("must not be a private address");
  expect(refuseUrl(url, { allowsPrivate: true })).toBeUndefined();
});

test.each([
  ["http://example.com/x", "must begin with https://"],
  ["https://me:word@example.com/x", "must not hold a user name or password"],
  ["https://example.com/x#part", "must not have a fragment"],
])("%s %s", (url, reason) => {
  expect(refuseUrl(url, strict)).toBe(reason);
  expect(refuseUrl(url, { allowsPrivate: true })).toBe(reason);
});

test("a public address and any name that is not plainly private pass", () => {
  expect(refuseUrl("https://hooks.example.com:8443/a?b=c", strict)).toBeUndefined();
  expect(refuseUrl("https://1.1.1.1/", strict)).toBeUndefined();
  expect(isPrivateAddress("2606:4700::1111")).toBe(false);
});

test("only a private receiver may do without TLS, where private ones are allowed", () => {
  expect(refuseUrl("http://127.0.0.1:9000/", { allowsPrivate: true })).toBeUndefined();
});
