import { Button, Modal, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ActionForm } from "../../components/action-form.tsx";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import { isAsked, ReportFields } from "./report-fields.tsx";
import { words } from "./words.ts";

/** Asks for a report and when it is to be made; the browser's own time zone stands there first. */
export function NewScheduleButton() {
  const [isOpen, { open, close }] = useDisclosure();
  const [asked, setAsked] = useState({ name: "", streamIds: [] as string[] });
  const [cron, setCron] = useState("0 8 * * MON");
  const [timezone, setTimezone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const mayWrite = useScope("reports:write");
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.schedules.create({ name: asked.name, cron, timezone, report: asked }),
    onSuccess: async ({ id }) => {
      close();
      await cache.invalidateQueries({ queryKey: ["schedules"] });
      await navigate({ to: "/schedules/$scheduleId", params: { scheduleId: id } });
    },
  });
  if (!mayWrite) return null;
  return (
    <>
      <Button onClick={open}>{words.newSchedule}</Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.newSchedule}
        closeButtonProps={{ "aria-label": words.cancel }}
      >
        <ActionForm
          action={words.newSchedule}
          isReady={isAsked(asked)}
          isPending={isPending}
          error={error}
          onSubmit={mutate}
        >
          <ReportFields value={asked} onChange={setAsked} />
          <TextInput
            label={words.cron}
            description={words.cronHint}
            required
            value={cron}
            onChange={({ currentTarget }) => setCron(currentTarget.value)}
          />
          <TextInput
            label={words.timezone}
            required
            value={timezone}
            onChange={({ currentTarget }) => setTimezone(currentTarget.value)}
          />
        </ActionForm>
      </Modal>
    </>
  );
}
