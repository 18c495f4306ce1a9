import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import type { SignIn } from "@whetstone/schemas/api";
import { useEffect, useRef, useState } from "react";
import { PageLoading } from "../../components/states.tsx";
import { api } from "../../lib/api.ts";
import { sessionQuery } from "../../lib/session.ts";
import { strings } from "../../strings.ts";

const route = getRouteApi("/sign-in");
const { session } = strings;

/** By a link (its token behind #, spent at once and taken out of the address) or by a key. */
export function SignInPage() {
  const { to } = route.useSearch();
  const router = useRouter();
  const cache = useQueryClient();
  const [key, setKey] = useState("");
  const spent = useRef(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (input: SignIn) => api.session.signIn(input),
    onSuccess: async (signedIn) => {
      cache.clear();
      cache.setQueryData(sessionQuery.queryKey, signedIn);
      await router.navigate({ to: to ?? "/datasets", replace: true });
    },
  });

  useEffect(() => {
    const token = location.hash.slice(1);
    if (!token.startsWith("wsl_") || spent.current) return;
    spent.current = true;
    history.replaceState(null, "", location.pathname + location.search);
    mutate({ link: token });
  }, [mutate]);

  if (isPending && key === "") return <PageLoading />;
  return (
    <Center mih="100vh" p="md">
      <Paper withBorder p="xl" maw={420} w="100%" component="main">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            mutate({ key: key.trim() });
          }}
        >
          <Stack>
            <Title order={1}>{session.title}</Title>
            <Text size="sm" c="dimmed">
              {session.lead}
            </Text>
            {to !== undefined && !error && <Alert color="yellow">{session.expired}</Alert>}
            {error && (
              <Alert color="red" role="alert">
                {error.message}
              </Alert>
            )}
            <PasswordInput
              label={session.key}
              placeholder={session.keyPlaceholder}
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
              autoComplete="off"
              required
              data-autofocus
            />
            <Button type="submit" size="sm" loading={isPending}>
              {session.submit}
            </Button>
            <Text size="xs" c="dimmed">
              {session.hint}
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
