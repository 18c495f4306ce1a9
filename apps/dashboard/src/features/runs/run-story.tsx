import { ScrollArea, Text, Timeline, Title } from "@mantine/core";
import type { RunEvent } from "@whetstone/schemas/api";
import { TimeAgo } from "../../components/time-ago.tsx";
import { sentences, words } from "./words.ts";

const colours: Partial<Record<RunEvent["type"], string>> = {
  "run.succeeded": "teal",
  "run.failed": "red",
  "task.failed": "red",
  "task.alarm": "red",
  "task.retried": "orange",
  "stream.refused": "orange",
};

/** What happened in a run, the latest first; what says the same as the line before it is counted there. */
export function RunStory({ events }: { events: readonly RunEvent[] }) {
  const lines = toLines(events);
  return (
    <div>
      <Title order={2} mb="xs">
        {words.story}
      </Title>
      <ScrollArea.Autosize mah={420} viewportProps={{ tabIndex: 0, "aria-label": words.story, role: "region" }}>
        <Timeline bulletSize={12} lineWidth={1} active={lines.length} color="gray">
          {lines.toReversed().map(({ event: { id, type, at, data }, title, count }) => (
            <Timeline.Item key={id} mt="xs" color={colours[type] ?? "gray"} title={<Text size="sm">{title}</Text>}>
              <Text size="xs" c="dimmed" className="foreign">
                <TimeAgo at={at} /> {count > 1 && words.times(count)}{" "}
                {typeof data["message"] === "string" ? data["message"] : ""}
              </Text>
            </Timeline.Item>
          ))}
        </Timeline>
      </ScrollArea.Autosize>
    </div>
  );
}

interface Line {
  event: RunEvent;
  title: string;
  count: number;
}

function toLines(events: readonly RunEvent[]): Line[] {
  const lines: Line[] = [];
  for (const event of events) {
    const title = sentences[event.type]?.((name) => toText(event.data[name])) ?? event.type;
    const before = lines.at(-1);
    if (before?.title === title && before.event.data["message"] === event.data["message"]) before.count += 1;
    else lines.push({ event, title, count: 1 });
  }
  return lines;
}

const toText = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "?";
