import { ActionIcon, AppShell, Burger, Button, Group, Kbd, Menu, NavLink, Text } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import {
  IconChartBar,
  IconCube,
  IconDatabase,
  IconMoon,
  IconPhotoSearch,
  IconPlayerPlay,
  IconRepeat,
  IconReport,
  IconSearch,
  IconSettings,
  IconTimeline,
} from "@tabler/icons-react";
import { Link, Outlet, useMatchRoute } from "@tanstack/react-router";
import { useMantineColorScheme } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Unreachable } from "../components/unreachable.tsx";
import { words as commands } from "../features/commands/words.ts";
import { WorkspaceMenu } from "../features/session/workspace-menu.tsx";
import { navPlaces } from "../lib/nav-places.ts";
import { strings } from "../strings.ts";
import icon from "./icon.svg";
import classes from "./shell.module.css";

const CommandMenu = lazy(() => import("../features/commands/command-menu.tsx"));

const { nav } = strings;
const icons = {
  "/datasets": IconDatabase,
  "/runs": IconPlayerPlay,
  "/models": IconCube,
  "/evaluations": IconChartBar,
  "/playground": IconPhotoSearch,
  "/loops": IconRepeat,
  "/streams": IconTimeline,
  "/reports": IconReport,
  "/settings": IconSettings,
} satisfies Record<(typeof navPlaces)[number]["to"], typeof IconCube>;

/** The frame of every page behind the sign-in: where one can go, and whose data it is. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure();
  const matches = useMatchRoute();

  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding={{ base: "sm", md: "lg" }}
    >
      <a className={classes.skip} href="#content">
        {nav.skip}
      </a>
      <AppShell.Header className={classes.header}>
        <Group h="100%" px="sm" gap="sm" wrap="nowrap">
          <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={nav.label} />
          <img src={icon} alt="" width={22} height={22} />
          <Text fw={600} visibleFrom="xs">
            {strings.product}
          </Text>
          <Group ml="auto" gap="xs" wrap="nowrap">
            <Commands />
            <SchemeMenu />
            <WorkspaceMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <nav aria-label={nav.label}>
          {navPlaces.map(({ to, label }) => {
            const Icon = icons[to];
            return (
              <NavLink
                key={to}
                component={Link}
                to={to}
                label={label}
                leftSection={<Icon size={16} stroke={1.75} aria-hidden />}
                active={matches({ to, fuzzy: true }) !== false}
                onClick={close}
                className={classes.place}
              />
            );
          })}
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <Unreachable />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

/** The way to anything by its name, by a button or by Ctrl K from anywhere, fields too. */
function Commands() {
  const [isOpen, { open, close }] = useDisclosure();
  const [isWanted, { open: load }] = useDisclosure();
  const show = (): void => {
    load();
    open();
  };
  useHotkeys([["mod+K", show]], []);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">{commands.keys}</Kbd>}
        onClick={show}
        visibleFrom="sm"
      >
        {commands.open}
      </Button>
      <ActionIcon variant="subtle" color="gray" aria-label={commands.open} onClick={show} hiddenFrom="sm">
        <IconSearch size={16} />
      </ActionIcon>
      {isWanted && (
        <Suspense fallback={null}>
          <CommandMenu isOpen={isOpen} onClose={close} />
        </Suspense>
      )}
    </>
  );
}

function SchemeMenu() {
  const { setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={nav.theme}>
          <IconMoon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => setColorScheme("light")}>{nav.light}</Menu.Item>
        <Menu.Item onClick={() => setColorScheme("dark")}>{nav.dark}</Menu.Item>
        <Menu.Item onClick={() => setColorScheme("auto")}>{nav.system}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
