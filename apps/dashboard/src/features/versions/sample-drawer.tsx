import { ActionIcon, Code, Drawer, Group } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { words } from "./words.ts";

interface Props {
  uid: string;
  size: "lg" | "xl";
  onClose: () => void;
  /** -1 and 1: the neighbours in the grid. */
  onStep: (by: -1 | 1) => void;
  children: ReactNode;
}

/** Where a sample opens beside the grid; left and right go to its neighbours. */
export function SampleDrawer({ uid, size, onClose, onStep, children }: Props) {
  useHotkeys([
    ["ArrowLeft", () => onStep(-1)],
    ["ArrowRight", () => onStep(1)],
  ]);

  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={size}
      closeButtonProps={{ "aria-label": words.close }}
      title={
        <Group gap="xs">
          <ActionIcon variant="default" onClick={() => onStep(-1)} aria-label={words.previous}>
            <IconChevronLeft size={16} />
          </ActionIcon>
          <ActionIcon variant="default" onClick={() => onStep(1)} aria-label={words.next}>
            <IconChevronRight size={16} />
          </ActionIcon>
          <Code>{uid}</Code>
        </Group>
      }
    >
      {children}
    </Drawer>
  );
}
