import { Combobox, Modal, Text, TextInput, useCombobox } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { strings } from "../../strings.ts";
import { findPlaces, namedQuery, pages, type Place } from "./places.ts";
import { words } from "./words.ts";

const shown = 60;

/** Goes anywhere by a few letters of its name, or by an id. */
export default function CommandMenu({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [text, setText] = useState("");
  const { data: named = [] } = useQuery({ ...namedQuery, enabled: isOpen });
  const router = useRouter();
  const combobox = useCombobox({ opened: true });
  const places = findPlaces(text, [...pages, ...named]).slice(0, shown);
  // Enter goes to the first of what is found.
  const { selectFirstOption } = combobox;
  useEffect(() => void selectFirstOption(), [selectFirstOption, text, places.length]);
  const choose = (to: string): void => {
    onClose();
    void router.navigate({ to });
  };

  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      onExitTransitionEnd={() => setText("")}
      title={words.title}
      size="lg"
      yOffset="12vh"
      closeButtonProps={{ "aria-label": strings.common.cancel }}
    >
      <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
        <Combobox.EventsTarget withExpandedAttribute>
          <TextInput
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            // The list is never closed by itself, so the key is meant for the menu.
            onKeyDown={(event) => event.key === "Escape" && onClose()}
            aria-label={words.placeholder}
            placeholder={words.placeholder}
            leftSection={<IconSearch size={16} aria-hidden />}
            data-autofocus
            mb="xs"
          />
        </Combobox.EventsTarget>
        <Combobox.Options mah="50vh" style={{ overflowY: "auto" }} aria-label={words.title}>
          {places.length === 0 && <Combobox.Empty>{words.nothing}</Combobox.Empty>}
          {groupsOf(places).map(([group, members]) => (
            <Combobox.Group key={group} label={group}>
              {members.map(({ to, label, hint }) => (
                <Combobox.Option key={to} value={to}>
                  <Text span size="sm" className="foreign">
                    {label}
                  </Text>
                  {hint !== undefined && (
                    <Text span size="xs" c="dimmed" ml="xs" className="tabular">
                      …{hint.slice(-6)}
                    </Text>
                  )}
                </Combobox.Option>
              ))}
            </Combobox.Group>
          ))}
        </Combobox.Options>
      </Combobox>
    </Modal>
  );
}

const groupsOf = (places: readonly Place[]) => [...Map.groupBy(places, ({ group }) => group)];
