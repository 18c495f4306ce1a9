import { Button, FileButton, Group, Paper, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { Version } from "@whetstone/schemas/api";
import { type DragEvent, useEffect, useState } from "react";
import { api } from "../../lib/api.ts";
import { uploadFile } from "../../lib/upload-file.ts";
import classes from "./playground.module.css";
import { words } from "./words.ts";

export type Find = "images" | "texts";
const accepted = "image/png,image/jpeg,image/webp,image/gif,image/avif,image/tiff";
const kinds = accepted.split(",");

interface Props {
  version: Version;
  onFound: (runId: string, find: Find) => void;
}

/** A text to type and a place to drop an image. A text looks for images and an image for texts, unless one wants it otherwise. */
export function Asker({ version, onFound }: Props) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<Find>();
  const [image, setImage] = useState<File>();
  const [isOver, setOver] = useState(false);
  const hasTexts = version.layers.includes("textEmbeddings");
  const findOf = (query: string | File): Find => {
    if (!hasTexts) return "images";
    return chosen ?? (typeof query === "string" ? "images" : "texts");
  };
  const search = useMutation({
    mutationFn: async (query: string | File) => {
      const common = { kind: "search", versionId: version.id, find: findOf(query) } as const;
      const asked = typeof query === "string" ? { text: query } : { uploadId: await uploadFile(query) };
      return api.runs.create({ ...common, ...asked });
    },
    onSuccess: (run, query) => onFound(run.id, findOf(query)),
  });
  const ask = (file: File | null | undefined) => {
    if (!file || !kinds.includes(file.type)) return;
    setImage(file);
    search.mutate(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    ask(event.dataTransfer.files[0]);
  };

  return (
    <Stack gap="sm">
      <div className={classes.ask}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "") search.mutate(text.trim());
          }}
        >
          <TextInput
            label={words.text}
            placeholder={words.textExample}
            value={text}
            maxLength={2000}
            onChange={(event) => setText(event.currentTarget.value)}
            leftSection={<IconSearch size={14} aria-hidden />}
          />
          <Button type="submit" mt="xs" loading={search.isPending} disabled={text.trim() === ""}>
            {words.search}
          </Button>
        </form>
        <Paper
          withBorder
          className={classes.drop}
          data-over={isOver || undefined}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          {image && <Preview image={image} />}
          <Group gap={6} justify="center">
            <Text size="sm">{words.drop}</Text>
            <FileButton onChange={ask} accept={accepted}>
              {(props) => (
                <Button {...props} size="xs" variant="default" disabled={search.isPending}>
                  {words.pick}
                </Button>
              )}
            </FileButton>
          </Group>
        </Paper>
      </div>
      <Group gap="xs">
        <Text size="sm" id="find">
          {words.find}
        </Text>
        <SegmentedControl
          size="xs"
          aria-labelledby="find"
          value={chosen ?? "images"}
          disabled={!hasTexts}
          onChange={(next) => setChosen(next === "texts" ? "texts" : "images")}
          data={[
            { value: "images", label: words.images },
            { value: "texts", label: words.texts },
          ]}
        />
      </Group>
      {!hasTexts && (
        <Text size="sm" c="dimmed">
          {words.noTexts}
        </Text>
      )}
      {search.error && (
        <Text size="sm" c="red" role="alert">
          {search.error.message}
        </Text>
      )}
    </Stack>
  );
}

/** The image somebody asked with: it never left this browser but to the storage. */
function Preview({ image }: { image: File }) {
  const [src, setSrc] = useState<string>();
  useEffect(() => {
    const url = URL.createObjectURL(image);
    setSrc(url);
    return () => URL.revokeObjectURL(url);
  }, [image]);
  return src === undefined ? null : <img src={src} alt={words.asked} className={classes.preview} />;
}
