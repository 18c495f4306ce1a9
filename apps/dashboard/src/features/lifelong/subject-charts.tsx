import { Alert, List, SimpleGrid, Stack } from "@mantine/core";
import type { ReportLifetime, ReportSubject } from "@whetstone/schemas/api";
import { EvaluationChart } from "./evaluation-chart.tsx";
import { LearningChart } from "./learning-chart.tsx";
import { MetricBars } from "./metric-bars.tsx";
import type { Place } from "./place.ts";
import { TradeOffChart } from "./trade-off-chart.tsx";
import { TransferMap } from "./transfer-map.tsx";
import { words } from "./words.ts";

/** All charts of some learners: metrics over all lifetimes, curves of each learner's latest. */
export function SubjectCharts({
  subjects,
  onPick,
}: {
  subjects: readonly ReportSubject[];
  onPick?: (lifetime: ReportLifetime, place: Place) => void;
}) {
  return (
    <Stack>
      <MetricBars subjects={subjects} />
      {subjects.map(({ name, lifetimes }) => {
        const latest = lifetimes.at(-1);
        return latest && <LifetimeCharts key={name} lifetime={latest} {...(onPick ? { onPick } : {})} />;
      })}
      <TradeOffChart subjects={subjects} />
    </Stack>
  );
}

function LifetimeCharts({
  lifetime,
  onPick,
}: {
  lifetime: ReportLifetime;
  onPick?: (lifetime: ReportLifetime, place: Place) => void;
}) {
  const picked = onPick ? { onPick: (place: Place) => onPick(lifetime, place) } : {};
  return (
    <>
      <EvaluationChart lifetime={lifetime} {...picked} />
      <SimpleGrid cols={{ base: 1, xl: 2 }}>
        <LearningChart lifetime={lifetime} {...picked} />
        <TransferMap lifetime={lifetime} />
      </SimpleGrid>
      {lifetime.warnings.length > 0 && (
        <Alert color="yellow" title={words.warnings}>
          <List size="sm">
            {lifetime.warnings.map((warning) => (
              <List.Item key={warning} className="foreign">
                {warning}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}
