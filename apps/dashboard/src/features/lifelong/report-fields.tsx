import { MultiSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../lib/api.ts";
import { words } from "./words.ts";

/** What a report is asked for by: a name, and the streams it is about. */
export interface ReportAsked {
  name: string;
  streamIds: string[];
}

export const isAsked = ({ name, streamIds }: ReportAsked): boolean => name.trim() !== "" && streamIds.length > 0;

/** Fields of a report, in a form of its own or of a schedule. */
export function ReportFields({ value, onChange }: { value: ReportAsked; onChange: (value: ReportAsked) => void }) {
  const { data: streams = [] } = useQuery({
    queryKey: ["streams", "names"],
    queryFn: async () => (await api.streams.list({ limit: 100 })).data,
  });
  return (
    <>
      <TextInput
        label={words.name}
        required
        maxLength={100}
        value={value.name}
        onChange={({ currentTarget }) => onChange({ ...value, name: currentTarget.value })}
        data-autofocus
      />
      <MultiSelect
        label={words.about}
        placeholder={words.chooseStream}
        required
        searchable
        maxValues={20}
        data={streams.map(({ id, name }) => ({ value: id, label: name }))}
        value={value.streamIds}
        onChange={(streamIds) => onChange({ ...value, streamIds })}
      />
    </>
  );
}
