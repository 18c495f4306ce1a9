import { Badge } from "@mantine/core";
import type { Iteration, LoopStatus } from "@whetstone/schemas/api";

const colours: Record<LoopStatus | Iteration["status"], string> = {
  queued: "gray",
  running: "blue",
  paused: "yellow",
  cancelling: "yellow",
  succeeded: "green",
  stopped: "yellow",
  failed: "red",
  cancelled: "gray",
  promoted: "green",
  refused: "red",
  unchanged: "gray",
  "rolled-back": "yellow",
};

/** How a loop, or one turn of it, stands. */
export function LoopStatusBadge({ status }: { status: LoopStatus | Iteration["status"] }) {
  return (
    <Badge variant="light" color={colours[status]} radius="sm" tt="none">
      {status}
    </Badge>
  );
}
