import { Code, CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { strings } from "../strings.ts";

const shown = 4;

/** An id short enough to read; a click copies the whole. */
export function ShortId({ id }: { id: string }) {
  const [prefix = "", rest = ""] = id.split("_");
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? strings.common.copied : id}>
          <UnstyledButton onClick={copy} aria-label={`${strings.common.copy} ${id}`}>
            <Code style={{ whiteSpace: "nowrap" }}>
              {prefix}_…{rest.slice(-shown)}
            </Code>
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
