import { Text } from "@mantine/core";
import { diffWords } from "diff";
import classes from "./word-diff.module.css";

const maxCharacters = 10_000;

/** Words taken out and put in, marked for eyes and for screen readers alike. Very long texts are shown as they are. */
export function WordDiff({ before, after }: { before: string; after: string }) {
  if (before.length + after.length > maxCharacters)
    return (
      <Text size="sm" className="foreign" dir="auto">
        {after}
      </Text>
    );
  return (
    <Text size="sm" className="foreign" dir="auto">
      {diffWords(before, after).map(({ value, added, removed }, place) => {
        const Mark = added ? "ins" : "del";
        // The parts have no identity but their place.
        // oxlint-disable-next-line react/no-array-index-key -- see above
        return added || removed ? (
          <Mark key={place} className={classes[Mark]}>
            {value}
          </Mark>
        ) : (
          value
        );
      })}
    </Text>
  );
}
