import { Tooltip } from "@mantine/core";

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const full = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** "3 hours ago", the full time on hover. A clock that runs behind the server's shows "now", never the future. */
export function TimeAgo({ at }: { at: string }) {
  const ageMs = Math.max(0, Date.now() - Date.parse(at));
  const [unit, ms] = units.find(([, size]) => ageMs >= size) ?? ["minute", 60_000];
  const text = ageMs < 60_000 ? words.format(0, "second") : words.format(-Math.floor(ageMs / ms), unit);
  return (
    <Tooltip label={full.format(new Date(at))}>
      <time dateTime={at} style={{ whiteSpace: "nowrap" }}>
        {text}
      </time>
    </Tooltip>
  );
}
