import { Alert, Code, Modal, MultiSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Scope } from "@whetstone/schemas/api";
import { useState } from "react";
import { ActionForm } from "../../components/action-form.tsx";
import { api } from "../../lib/api.ts";
import { sessionQuery } from "../../lib/session.ts";
import { strings } from "../../strings.ts";
import { keysQuery } from "./queries.ts";
import { words } from "./words.ts";

/** Makes a key with some of one's own scopes, and shows its secret once. */
export function NewKeyDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const cache = useQueryClient();
  const held = useQuery(sessionQuery).data?.scopes ?? [];
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>([]);
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: () => api.keys.create({ name, scopes }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  const close = () => {
    reset();
    setName("");
    setScopes([]);
    onClose();
  };

  return (
    <Modal opened={isOpen} onClose={close} title={words.newKey} centered>
      {data ? (
        <Alert color="green" title={words.secretOnce}>
          <Code block className="foreign">
            {data.secret}
          </Code>
        </Alert>
      ) : (
        <ActionForm
          action={words.make}
          isReady={scopes.length > 0}
          isPending={isPending}
          error={error}
          onSubmit={mutate}
        >
          <TextInput
            label={strings.common.name}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            maxLength={100}
            data-autofocus
          />
          <MultiSelect
            label={words.scopes}
            data={held}
            value={scopes}
            onChange={(values) => setScopes(values.map((value) => Scope.parse(value)))}
            searchable
            required
          />
        </ActionForm>
      )}
    </Modal>
  );
}
