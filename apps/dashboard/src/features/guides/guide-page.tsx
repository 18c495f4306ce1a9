import { Anchor, Code, NavLink, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Markdown } from "markdown-to-jsx/react";
import type { ReactNode } from "react";
import { Page } from "../../components/page.tsx";
import { NotFound, PageLoading } from "../../components/states.tsx";
import { strings } from "../../strings.ts";
import classes from "./guide-page.module.css";

/** The texts of `docs/design`, each a chunk that is loaded when it is read. */
const texts = import.meta.glob<string>("../../../../../docs/design/*.md", { query: "?raw", import: "default" });
const nameOf = (path: string): string => path.replace(/^.*\//, "").replace(/\.md$/, "");
const loaders = new Map(Object.entries(texts).map(([path, load]) => [nameOf(path), load]));

const route = getRouteApi("/signed-in/guides/$name");

/** A guide, as it stands in the repository: how what one looks at works. */
export function GuidePage() {
  const { name } = route.useParams();
  const load = loaders.get(name);
  const { data: text } = useQuery({
    queryKey: ["guides", name],
    queryFn: () => load?.() ?? null,
    staleTime: Infinity,
  });
  if (!load) return <NotFound />;
  return (
    <Page title={strings.nav.guides}>
      <div className={classes.columns}>
        <nav aria-label={strings.nav.guides}>
          {[...loaders.keys()].toSorted().map((each) => (
            <NavLink
              key={each}
              component={Link}
              to={`/guides/${each}`}
              label={each}
              active={each === name}
              className={classes.name ?? ""}
            />
          ))}
        </nav>
        <article className={classes.text}>
          {text ? <Markdown options={{ overrides, disableParsingRawHTML: true }}>{text}</Markdown> : <PageLoading />}
        </article>
      </div>
    </Page>
  );
}

const Heading =
  (order: 2 | 3 | 4) =>
  ({ children }: { children?: ReactNode }) => (
    <Title order={order} mt="lg" mb={4}>
      {children}
    </Title>
  );

const overrides = {
  h1: Heading(2),
  h2: Heading(3),
  h3: Heading(4),
  p: ({ children }: { children?: ReactNode }) => (
    <Text size="sm" my="xs">
      {children}
    </Text>
  ),
  table: ({ children }: { children?: ReactNode }) => (
    <Table.ScrollContainer minWidth={400} my="sm">
      <Table withTableBorder>{children}</Table>
    </Table.ScrollContainer>
  ),
  thead: Table.Thead,
  tbody: Table.Tbody,
  tr: Table.Tr,
  th: Table.Th,
  td: Table.Td,
  pre: ({ children }: { children?: ReactNode }) => (
    <Code block my="sm" tabIndex={0}>
      {children}
    </Code>
  ),
  a: GuideLink,
};

/** Links between guides stay here; what lies elsewhere in the repository is named and not linked. */
function GuideLink({ href = "", children }: { href?: string; children?: ReactNode }) {
  const name = nameOf(href.replace(/#.*$/, ""));
  if (/^https?:/.test(href))
    return (
      <Anchor href={href} target="_blank" rel="noreferrer">
        {children}
      </Anchor>
    );
  if (!loaders.has(name)) return <span title={href}>{children}</span>;
  return (
    <Anchor component={Link} to={`/guides/${name}`}>
      {children}
    </Anchor>
  );
}
