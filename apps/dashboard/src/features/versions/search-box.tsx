import { ActionIcon, FileButton, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { IconPhotoSearch, IconSearch } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { Version } from "@whetstone/schemas/api";
import { useState } from "react";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { uploadFile } from "../../lib/upload-file.ts";
import { words } from "./words.ts";

/** Finds samples by what a text says or an image shows. Needs the embeddings that a profile run with a model makes. */
export function SearchBox({ version, onFound }: { version: Version; onFound: (runId: string) => void }) {
  const [text, setText] = useState("");
  const mayRun = useScope("runs:write");
  const search = useMutation({
    mutationFn: async (query: string | File) =>
      typeof query === "string"
        ? api.runs.create({ kind: "search", versionId: version.id, text: query })
        : api.runs.create({ kind: "search", versionId: version.id, uploadId: await uploadFile(query) }),
    onSuccess: (run) => onFound(run.id),
  });
  const hasEmbeddings = version.layers.includes("embeddings");
  if (!mayRun) return null;

  return (
    <Tooltip label={words.noEmbeddings} disabled={hasEmbeddings} multiline w={260}>
      <Group gap={4} wrap="nowrap">
        <TextInput
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && text.trim() !== "" && search.mutate(text.trim())}
          disabled={!hasEmbeddings || search.isPending}
          aria-label={words.searchByText}
          placeholder={hasEmbeddings ? words.searchByText : words.noEmbeddingsShort}
          leftSection={<IconSearch size={14} aria-hidden />}
          error={search.error ? <Text size="xs">{search.error.message}</Text> : undefined}
          w={200}
        />
        <FileButton
          onChange={(file) => file && search.mutate(file)}
          accept="image/png,image/jpeg,image/webp,image/gif,image/avif,image/tiff"
          disabled={!hasEmbeddings}
        >
          {(props) => (
            <ActionIcon
              {...props}
              variant="default"
              size={30}
              disabled={!hasEmbeddings}
              loading={search.isPending}
              aria-label={words.searchByImage}
            >
              <IconPhotoSearch size={16} />
            </ActionIcon>
          )}
        </FileButton>
      </Group>
    </Tooltip>
  );
}
