import { Group, NumberInput, Stack, Text, UnstyledButton } from "@mantine/core";
import type { ColumnStatistics, Statistics } from "@whetstone/schemas/api";
import { toCount } from "../../lib/numbers.ts";
import { rangeIn, toClause, valuesIn, withClauses } from "./edit-filter.ts";
import classes from "./facets.module.css";
import { Histogram } from "./histogram.tsx";
import { words } from "./words.ts";

const shownValues = 8;

interface Props {
  statistics: Statistics;
  filter: string;
  onFilter: (filter: string) => void;
}

/** What each column holds, and a way to keep part of it: drag over a histogram, or click values. */
export function Facets({ statistics, filter, onFilter }: Props) {
  const columns = statistics.columns.filter(isTelling);
  return (
    <Stack gap="md" component="aside" aria-label={words.facets}>
      {columns.map((column) =>
        column.kind === "number" ? (
          <NumberFacet key={column.name} column={column} filter={filter} onFilter={onFilter} />
        ) : (
          <CategoryFacet key={column.name} column={column} filter={filter} onFilter={onFilter} />
        ),
      )}
    </Stack>
  );
}

type FacetProps = Omit<Props, "statistics"> & { column: ColumnStatistics };

function NumberFacet({ column, filter, onFilter }: FacetProps) {
  const { name, min, max, mean, nanCount } = column;
  const { from, to } = rangeIn(filter, name);
  const keep = (low: number | null, high: number | null) =>
    onFilter(
      withClauses(filter, name, [
        ...(low === null ? [] : [`${name} >= ${tidy(low)}`]),
        ...(high === null ? [] : [`${name} < ${tidy(high)}`]),
      ]),
    );
  return (
    <div>
      <Head column={column} detail={mean === null ? "" : words.mean(short(mean))} />
      <Histogram column={column} range={{ from, to }} onBrush={keep} />
      <Group gap={6} wrap="nowrap" mt={4}>
        <Bound label={`${name} ${words.atLeast}`} value={from} placeholder={min} onChange={(low) => keep(low, to)} />
        <Bound label={`${name} ${words.below}`} value={to} placeholder={max} onChange={(high) => keep(from, high)} />
      </Group>
      {nanCount > 0 && (
        <Text size="xs" c="dimmed">
          {words.nans(toCount(nanCount))}
        </Text>
      )}
    </div>
  );
}

interface BoundProps {
  label: string;
  value: number | null;
  placeholder: number | null;
  onChange: (value: number | null) => void;
}

function Bound({ label, value, placeholder, onChange }: BoundProps) {
  return (
    <NumberInput
      size="xs"
      aria-label={label}
      placeholder={placeholder === null ? "" : short(placeholder)}
      value={value ?? ""}
      hideControls
      onChange={(next) => onChange(typeof next === "number" ? next : null)}
    />
  );
}

function CategoryFacet({ column, filter, onFilter }: FacetProps) {
  const chosen = new Set(valuesIn(filter, column.name));
  const values = (column.values ?? []).slice(0, shownValues);
  const largest = Math.max(1, ...values.map(({ count }) => count));
  const toggle = (value: string) => {
    const next = new Set(chosen);
    if (!next.delete(value)) next.add(value);
    onFilter(withClauses(filter, column.name, toClause(column.name, [...next])));
  };
  const more = (column.distinct ?? 0) - values.length;
  return (
    <div>
      <Head column={column} detail={words.distinct(toCount(column.distinct ?? 0))} />
      {values.map(({ value, count, matched }) => (
        <UnstyledButton
          key={value}
          className={classes.value}
          aria-pressed={chosen.has(value)}
          onClick={() => toggle(value)}
        >
          <span className={classes.bar} style={{ width: `${(count / largest) * 100}%` }} />
          <span className={classes.matched} style={{ width: `${(matched / largest) * 100}%` }} />
          <span className={classes.name}>{value || words.emptyText}</span>
          <span className={classes.count}>{toCount(matched)}</span>
        </UnstyledButton>
      ))}
      {more > 0 && (
        <Text size="xs" c="dimmed">
          {words.moreValues(toCount(more))}
        </Text>
      )}
    </div>
  );
}

function Head({ column, detail }: { column: ColumnStatistics; detail: string }) {
  return (
    <Group justify="space-between" gap={4} wrap="nowrap" mb={2}>
      <Text size="xs" fw={600} truncate>
        {column.name}
      </Text>
      <Text size="xs" c="dimmed" className="tabular" style={{ whiteSpace: "nowrap" }}>
        {detail}
      </Text>
    </Group>
  );
}

/** A column of one value alone tells nothing and can't be narrowed. */
const isTelling = ({ kind, present, min, max }: ColumnStatistics) =>
  kind !== "text" && present > 0 && (kind === "category" || min !== max);

const short = (value: number) => String(Number(value.toPrecision(4)));
const tidy = (value: number) => String(Number(value.toPrecision(7)));
