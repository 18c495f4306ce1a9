import { Group, Paper, Stack, Text, UnstyledButton } from "@mantine/core";
import type { SamplePair } from "@whetstone/schemas/api";
import { SampleImage } from "../../components/sample-image.tsx";
import classes from "./pairs.module.css";
import { toTextPairs } from "./pair-texts.ts";
import { WordDiff } from "./word-diff.tsx";
import { words } from "./words.ts";

/** One sample in two versions: its image once, and of its texts those that changed, word by word. */
export function PairRow({ pair, number, onOpen }: { pair: SamplePair; number: number; onOpen: () => void }) {
  const { sample, other } = pair;
  const changed = toTextPairs(sample, other).filter(({ before, after }) => before !== after);
  return (
    <Paper withBorder p="xs">
      <Group align="flex-start" wrap="nowrap" gap="sm">
        <UnstyledButton
          onClick={onOpen}
          className={classes.image}
          data-same={(other !== null && changed.length === 0) || undefined}
          aria-label={sample.text || words.emptyText}
        >
          <SampleImage sample={sample} alt="" isSmall />
        </UnstyledButton>
        <Stack gap={6} className={classes.texts}>
          {other === null && (
            <>
              <Text size="sm" className="foreign">
                {sample.text || words.emptyText}
              </Text>
              <Text size="sm" c="red">
                {words.goneIn(number)}
              </Text>
            </>
          )}
          {other !== null && changed.length === 0 && (
            <Text size="sm" c="dimmed" className="foreign">
              {sample.text || words.emptyText} · {words.unchanged}
            </Text>
          )}
          {other !== null &&
            changed.map(({ title, before, after }) => (
              <div key={title}>
                <Text size="xs" c="dimmed">
                  {title}
                </Text>
                <WordDiff before={before} after={after} />
              </div>
            ))}
        </Stack>
      </Group>
    </Paper>
  );
}
