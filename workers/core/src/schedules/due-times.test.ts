import { describe, expect, it } from "vitest";
import { checkTiming, nextDue } from "./due-times.ts";

function dueTimes(timing: { cron: string; timezone: string }, from: string, count: number): string[] {
  const times: string[] = [];
  let at = new Date(from);
  for (let i = 0; i < count; i += 1) {
    const next = nextDue(timing, at);
    if (!next) break;
    times.push(next.toISOString().slice(0, 16));
    at = next;
  }
  return times;
}

describe("in a zone with daylight saving", () => {
  const timezone = "Europe/Berlin";

  it("eight in the morning stays eight in the morning over both changes", () => {
    expect(dueTimes({ cron: "0 8 * * *", timezone }, "2026-03-28T00:00:00Z", 3)).toEqual([
      "2026-03-28T07:00",
      "2026-03-29T06:00",
      "2026-03-30T06:00",
    ]);
    expect(dueTimes({ cron: "0 8 * * *", timezone }, "2026-10-24T00:00:00Z", 3)).toEqual([
      "2026-10-24T06:00",
      "2026-10-25T07:00",
      "2026-10-26T07:00",
    ]);
  });

  it("a time the clock skips is due once, when it has sprung forward", () => {
    const times = dueTimes({ cron: "30 2 * * *", timezone }, "2026-03-28T12:00:00Z", 2);

    expect(times).toEqual(["2026-03-29T01:00", "2026-03-30T00:30"]);
  });

  it("a time the clock passes twice is due once", () => {
    const times = dueTimes({ cron: "30 2 * * *", timezone }, "2026-10-24T12:00:00Z", 2);

    expect(times).toEqual(["2026-10-25T00:30", "2026-10-26T01:30"]);
  });

  it("every hour is every real hour, 23 and 25 of them on the days of change", () => {
    expect(dueTimes({ cron: "0 * * * *", timezone }, "2026-03-28T22:59:00Z", 23).at(-1)).toBe("2026-03-29T21:00");
    expect(dueTimes({ cron: "0 * * * *", timezone }, "2026-10-24T21:59:00Z", 25).at(-1)).toBe("2026-10-25T22:00");
  });
});

it("weekdays, steps, lists and nicknames are understood", () => {
  const timezone = "UTC";

  expect(dueTimes({ cron: "*/20 9,17 * * MON-FRI", timezone }, "2026-11-27T17:30:00Z", 2)).toEqual([
    "2026-11-27T17:40",
    "2026-11-30T09:00",
  ]);
  expect(dueTimes({ cron: "@weekly", timezone }, "2026-11-25T00:00:00Z", 1)).toEqual(["2026-11-29T00:00"]);
  expect(dueTimes({ cron: "0 0 29 2 *", timezone }, "2026-11-25T00:00:00Z", 1)).toEqual(["2028-02-29T00:00"]);
});

it.each([
  ["every morning", "UTC", "no cron expression"],
  ["61 * * * *", "UTC", "no cron expression"],
  ["* * * * * *", "UTC", "no cron expression of five fields"],
  ["0 0 30 2 *", "UTC", "never due"],
  ["0 8 * * *", "Mars/Base", "no IANA time zone"],
])("%s in %s is refused in words", (cron, timezone, words) => {
  expect(() => checkTiming({ cron, timezone }, new Date("2026-01-01T00:00:00Z"))).toThrow(words);
});
