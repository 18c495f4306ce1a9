import { Combobox, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconFilter } from "@tabler/icons-react";
import type { ColumnStatistics } from "@whetstone/schemas/api";
import { checkFilter, completeFilter, FilterError, parseFilter } from "@whetstone/schemas/select";
import { useEffect, useRef, useState } from "react";
import { words } from "./words.ts";

const settleMs = 250;

interface Props {
  columns: readonly ColumnStatistics[];
  filter: string;
  onChange: (filter: string) => void;
}

/** The filter language in one line: completes what may follow, says in place what is wrong, and applies what is right as one types. */
export function FilterBar({ columns, filter, onChange }: Props) {
  const [text, setText] = useState(filter);
  const [caret, setCaret] = useState(filter.length);
  const input = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({ onDropdownOpen: () => combobox.selectFirstOption() });
  const sent = useRef(filter);
  useEffect(() => {
    if (filter === sent.current) return;
    sent.current = filter;
    setText(filter);
  }, [filter]);

  const error = problemOf(text, columns);
  const { from, to, choices } = completeFilter(text, caret, {
    columns,
    valuesOf: (name) => columns.find((column) => column.name === name)?.values?.map(({ value }) => value) ?? [],
  });
  const apply = useDebouncedCallback((next: string) => {
    if (problemOf(next, columns)) return;
    sent.current = next.trim();
    onChange(next.trim());
  }, settleMs);
  const edit = (next: string, at: number) => {
    setText(next);
    setCaret(at);
    apply(next);
  };
  const choose = (choice: string) => {
    const next = `${text.slice(0, from)}${choice} ${text.slice(to)}`;
    const at = from + choice.length + 1;
    edit(next, at);
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
    combobox.openDropdown();
  };

  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <TextInput
          ref={input}
          value={text}
          onChange={(event) => {
            edit(event.currentTarget.value, event.currentTarget.selectionStart ?? event.currentTarget.value.length);
            combobox.openDropdown();
          }}
          onClick={(event) => {
            setCaret(event.currentTarget.selectionStart ?? 0);
            combobox.openDropdown();
          }}
          onKeyUp={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onBlur={() => combobox.closeDropdown()}
          aria-label={words.filter}
          placeholder={words.filterExample}
          leftSection={<IconFilter size={14} aria-hidden />}
          spellCheck={false}
          autoComplete="off"
          ff="monospace"
          error={error ? <Problem text={text} error={error} /> : undefined}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={choices.length === 0}>
        <Combobox.Options mah={260} style={{ overflowY: "auto" }}>
          {choices.map((choice) => (
            <Combobox.Option key={choice.text} value={choice.text}>
              <Text span size="xs" ff="monospace">
                {choice.text}
              </Text>{" "}
              <Text span size="xs" c="dimmed">
                {choice.hint}
              </Text>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** The filter again with the part at fault marked, and what is wrong with it. */
function Problem({ text, error }: { text: string; error: FilterError }) {
  return (
    <>
      <Text span size="xs" ff="monospace" className="foreign">
        {text.slice(Math.max(0, error.from - 40), error.from)}
        <mark>{text.slice(error.from, error.to) || "␣"}</mark>
        {text.slice(error.to, error.to + 40)}
      </Text>
      <br />
      {error.message}
    </>
  );
}

function problemOf(text: string, columns: readonly ColumnStatistics[]): FilterError | null {
  try {
    checkFilter(parseFilter(text), columns);
    return null;
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
}
