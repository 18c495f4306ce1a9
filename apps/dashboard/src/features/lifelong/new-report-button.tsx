import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ActionForm } from "../../components/action-form.tsx";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { isAsked, ReportFields } from "./report-fields.tsx";
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
        <ActionForm action={words.make} isReady={isAsked(asked)} isPending={isPending} error={error} onSubmit={mutate}>
          <ReportFields value={asked} onChange={setAsked} />
        </ActionForm>
      </Modal>
    </>
  );
}
