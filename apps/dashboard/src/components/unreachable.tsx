import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ApiError } from "@whetstone/schemas/client";
import { sessionQuery } from "../lib/session.ts";
import { strings } from "../strings.ts";

const askEveryMs = 15_000;

/** Says so while the API is out of reach. Asks seldom, and not at all in a page nobody looks at. */
export function Unreachable() {
  const { failureReason } = useQuery({ ...sessionQuery, refetchInterval: askEveryMs });
  const isGone = failureReason instanceof ApiError && failureReason.status !== 401;
  return isGone ? (
    <Alert color="yellow" mb="sm" role="status">
      {strings.states.unreachable}
    </Alert>
  ) : null;
}
