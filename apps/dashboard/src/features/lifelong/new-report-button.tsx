import { Button, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { ReportFields } from "./report-fields.tsx";
import { words } from "./words.ts";

/** Makes a report now and leads to it. */
export function NewReportButton() {
  const [isOpen, { open, close }] = useDisclosure();
  const [asked, setAsked] = useState({ name: "", streamIds: [] as string[] });
  const mayWrite = useScope("reports:write");
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.reports.create(asked),
    onSuccess: async ({ id }) => {
      close();
      await cache.invalidateQueries({ queryKey: ["reports"] });
      await navigate({ to: "/reports/$reportId", params: { reportId: id } });
    },
  });
  if (!mayWrite) return null;
  return (
    <>
      <Button onClick={open}>{words.newReport}</Button>
      <Modal opened={isOpen} onClose={close} title={words.newReport} closeButtonProps={{ "aria-label": words.cancel }}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            mutate();
          }}
        >
          <Stack>
            <ReportFields value={asked} onChange={setAsked} />
            {error && (
              <Text size="sm" c="red" role="alert" className="foreign">
                {error.message}
              </Text>
            )}
            <Button
              type="submit"
              loading={isPending}
              disabled={asked.name.trim() === "" || asked.streamIds.length === 0}
            >
              {words.make}
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
