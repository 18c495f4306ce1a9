import { Button, Group, Kbd, Stack, Text, Textarea } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconArrowBackUp, IconCheck, IconPencil, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { CreateReview, Sample } from "@whetstone/schemas/api";
import { useState } from "react";
import { TimeAgo } from "../../components/time-ago.tsx";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { reviewsQuery } from "./queries.ts";
import { words } from "./words.ts";

interface Props {
  versionId: string;
  sample: Sample;
  /** Goes to the next sample once a decision stands. */
  onNext: () => void;
}

/** Accept, edit or reject with one key, and on to the next; U takes the last decision about this sample back. */
export function ReviewBar({ versionId, sample, onNext }: Props) {
  const mayWrite = useScope("datasets:write");
  const queries = useQueryClient();
  const { data: reviews } = useQuery(reviewsQuery(versionId, sample.uid));
  const field = sample.refinement ? "positiveDescription" : "text";
  const before = sample.refinement?.positiveDescription ?? sample.text;
  const [draft, setDraft] = useState<string | null>(null);
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: reviewsQuery(versionId, sample.uid).queryKey });
    // What counts reviews is asked anew when it is looked at next; the grid stays as it is while one goes through it.
    await queries.invalidateQueries({ queryKey: ["versions", versionId, "statistics"] });
    await queries.invalidateQueries({ queryKey: ["versions", versionId, "selection"] });
  };
  const review = useMutation({
    mutationFn: (input: Omit<CreateReview, "uid">) => api.versions.review(versionId, { uid: sample.uid, ...input }),
    onSuccess: async () => {
      setDraft(null);
      onNext();
      await refresh();
    },
  });
  const last = reviews?.data[0];
  const undo = useMutation({
    mutationFn: async () => (last ? api.versions.undoReview(last.id) : null),
    onSuccess: refresh,
  });
  const save = () => {
    const value = draft?.trim();
    if (value && value !== before) review.mutate({ decision: "edited", field, value });
  };
  useHotkeys(
    mayWrite && draft === null
      ? [
          ["a", () => review.mutate({ decision: "accepted" })],
          ["r", () => review.mutate({ decision: "rejected" })],
          ["e", () => setDraft(before)],
          ["u", () => undo.mutate()],
        ]
      : [],
  );
  if (!mayWrite) return null;
  const error = review.error ?? undo.error;

  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button
          variant="light"
          color="green"
          leftSection={<IconCheck size={14} />}
          rightSection={<Kbd size="xs">A</Kbd>}
          onClick={() => review.mutate({ decision: "accepted" })}
        >
          {words.accept}
        </Button>
        <Button
          variant="light"
          leftSection={<IconPencil size={14} />}
          rightSection={<Kbd size="xs">E</Kbd>}
          onClick={() => setDraft(before)}
        >
          {words.edit}
        </Button>
        <Button
          variant="light"
          color="red"
          leftSection={<IconX size={14} />}
          rightSection={<Kbd size="xs">R</Kbd>}
          onClick={() => review.mutate({ decision: "rejected" })}
        >
          {words.reject}
        </Button>
        {last && (
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={14} />}
            rightSection={<Kbd size="xs">U</Kbd>}
            onClick={() => undo.mutate()}
          >
            {words.undo}
          </Button>
        )}
      </Group>
      {draft !== null && (
        <Textarea
          label={words.newText(field)}
          value={draft}
          autosize
          minRows={2}
          maxRows={8}
          data-autofocus
          autoFocus
          onChange={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey) {
              event.preventDefault();
              save();
            }
            if (event.key === "Escape") {
              event.stopPropagation();
              setDraft(null);
            }
          }}
          description={words.editHint}
        />
      )}
      {error && (
        <Text size="sm" c="red" role="alert">
          {error.message}
        </Text>
      )}
      {reviews?.data.map(({ id, decision, value, reviewer, createdAt }) => (
        <Text key={id} size="xs" c="dimmed" className="foreign">
          {words.reviewed(decision, reviewer.name)} <TimeAgo at={createdAt} />
          {value !== null && `: ${value}`}
        </Text>
      ))}
    </Stack>
  );
}
