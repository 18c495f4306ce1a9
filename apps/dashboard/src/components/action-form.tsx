import { Button, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  children: ReactNode;
  /** What is said on the button that sends it. */
  action: string;
  isReady: boolean;
  isPending: boolean;
  error: Error | null;
  onSubmit: () => void;
}

/** Fields, what the API said against them, and the button that sends them. */
export function ActionForm({ children, action, isReady, isPending, error, onSubmit }: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Stack>
        {children}
        {error && (
          <Text size="sm" c="red" role="alert" className="foreign">
            {error.message}
          </Text>
        )}
        <Button type="submit" loading={isPending} disabled={!isReady}>
          {action}
        </Button>
      </Stack>
    </form>
  );
}
