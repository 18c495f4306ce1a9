import { ActionIcon, Button, Group, NumberInput, Stack, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { words } from "./words.ts";

/** A field that is being typed in is a text. */
type Amount = number | string;
interface LabelRow {
  label: string;
  runnerHour: Amount;
}
interface ModelRow {
  baseUrl: string;
  model: string;
  millionPromptTokens: Amount;
  millionCompletionTokens: Amount;
}
export interface Draft {
  currency: string;
  runnerHour: Amount;
  labels: LabelRow[];
  models: ModelRow[];
}
interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

export function LabelPrices({ draft, onChange }: Props) {
  const { labels } = draft;
  const change = (at: number, row: Partial<LabelRow>) =>
    onChange({ ...draft, labels: labels.map((one, i) => (i === at ? { ...one, ...row } : one)) });
  return (
    <Stack gap="xs">
      {labels.map(({ label, runnerHour }, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- a row is its place: its name is being typed
        <Group key={at} align="flex-end" wrap="wrap">
          <TextInput
            label={words.label}
            value={label}
            onChange={({ currentTarget }) => change(at, { label: currentTarget.value })}
            required
            flex={1}
            miw={120}
          />
          <NumberInput
            size="xs"
            label={words.runnerHour}
            min={0}
            value={runnerHour}
            onChange={(value) => change(at, { runnerHour: value })}
            required
            flex={1}
            miw={120}
          />
          <Remove name={label} onClick={() => onChange({ ...draft, labels: labels.filter((_, i) => i !== at) })} />
        </Group>
      ))}
      <Add
        label={words.addLabel}
        onClick={() => onChange({ ...draft, labels: [...labels, { label: "", runnerHour: "" }] })}
      />
    </Stack>
  );
}

const noModel: ModelRow = { baseUrl: "", model: "", millionPromptTokens: "", millionCompletionTokens: "" };

export function ModelPrices({ draft, onChange }: Props) {
  const { models } = draft;
  const change = (at: number, row: Partial<ModelRow>) =>
    onChange({ ...draft, models: models.map((one, i) => (i === at ? { ...one, ...row } : one)) });
  return (
    <Stack gap="xs">
      {models.map(({ baseUrl, model, millionPromptTokens, millionCompletionTokens }, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- a row is its place: its name is being typed
        <Group key={at} align="flex-end" wrap="wrap">
          <TextInput
            label={words.baseUrl}
            type="url"
            placeholder="https://example.com/v1"
            value={baseUrl}
            onChange={({ currentTarget }) => change(at, { baseUrl: currentTarget.value })}
            required
            flex={2}
            miw={180}
          />
          <TextInput
            label={words.model}
            value={model}
            onChange={({ currentTarget }) => change(at, { model: currentTarget.value })}
            required
            flex={2}
            miw={140}
          />
          <NumberInput
            size="xs"
            label={words.millionPromptTokens}
            min={0}
            value={millionPromptTokens}
            onChange={(value) => change(at, { millionPromptTokens: value })}
            required
            flex={1}
            miw={110}
          />
          <NumberInput
            size="xs"
            label={words.millionCompletionTokens}
            min={0}
            value={millionCompletionTokens}
            onChange={(value) => change(at, { millionCompletionTokens: value })}
            required
            flex={1}
            miw={110}
          />
          <Remove name={model} onClick={() => onChange({ ...draft, models: models.filter((_, i) => i !== at) })} />
        </Group>
      ))}
      <Add label={words.addModel} onClick={() => onChange({ ...draft, models: [...models, noModel] })} />
    </Stack>
  );
}

const Add = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <Group>
    <Button variant="default" size="xs" onClick={onClick}>
      {label}
    </Button>
  </Group>
);

const Remove = ({ name, onClick }: { name: string; onClick: () => void }) => (
  <ActionIcon variant="subtle" color="gray" size="lg" aria-label={words.removePrice(name)} onClick={onClick}>
    <IconTrash size={16} />
  </ActionIcon>
);
