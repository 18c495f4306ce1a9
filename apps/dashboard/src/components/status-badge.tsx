import { Badge } from "@mantine/core";
import type { RunStatus } from "@whetstone/schemas/api";

const colours: Record<RunStatus, string> = {
  queued: "gray",
  running: "blue",
  cancelling: "yellow",
  succeeded: "green",
  failed: "red",
  cancelled: "gray",
};

export function StatusBadge({ status }: { status: RunStatus }) {
  return (
    <Badge variant="light" color={colours[status]} radius="sm" tt="none">
      {status}
    </Badge>
  );
}
