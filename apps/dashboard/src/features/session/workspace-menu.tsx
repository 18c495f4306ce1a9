import { Button, Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { api } from "../../lib/api.ts";
import { sessionQuery } from "../../lib/session.ts";
import { strings } from "../../strings.ts";

const { session: words } = strings;

/** Whose data is shown, where else this browser is signed in, and the way out. */
export function WorkspaceMenu() {
  const { data: session } = useQuery(sessionQuery);
  const cache = useQueryClient();
  const router = useRouter();
  const toStart = async (to: "/datasets" | "/sign-in"): Promise<void> => {
    cache.clear();
    await router.navigate({ to });
  };
  const switching = useMutation({ mutationFn: api.session.switchTo, onSuccess: () => toStart("/datasets") });
  const leaving = useMutation({ mutationFn: api.session.signOut, onSuccess: () => toStart("/sign-in") });
  if (!session) return null;

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
          {session.workspace.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.switch}</Menu.Label>
        {session.signedIn.map(({ id, name }) => (
          <Menu.Item
            key={id}
            onClick={() => switching.mutate(id)}
            rightSection={id === session.workspace.id ? <IconCheck size={14} aria-label="current" /> : null}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Item component={Link} to="/sign-in">
          {words.add}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => leaving.mutate()}>{words.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
