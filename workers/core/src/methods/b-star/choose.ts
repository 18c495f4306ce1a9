import { z } from "zod";
import { flatRewardAlarms } from "../flat-rewards.ts";
import type { Reducer } from "../method.ts";
import { groupByQuery } from "../rows/rows.ts";
import { openVerdicts, tableOf } from "../verdicts.ts";
import { targetPerQuery } from "./balance-score.ts";
import { gridOf } from "./grid.ts";
import type { BStarParameters } from "./parameters.ts";
import { searchBalance } from "./search-balance.ts";

export const Chosen = z.object({ temperature: z.number(), threshold: z.number() });

/** The settings of this round: where the tuning queries' mean balance score is highest. */
export const choose: Reducer<BStarParameters> = (tables, { parameters }) => {
  const verdicts = openVerdicts(tables, "tuning");
  const queries = [...groupByQuery(tableOf(tables, "explore")).values()];
  const search = searchBalance(queries, {
    temperatures: temperaturesTried(parameters),
    thresholds: thresholdsTried(parameters),
    target: targetPerQuery({ samples: parameters.samplesWanted, queries: parameters.queries }),
  });
  const { temperature, threshold, score } = search;
  const perTemperature = Map.groupBy(search.grid, (point) => point.temperature);
  return {
    verdicts: verdicts.of,
    training: [],
    summary: {
      temperature,
      threshold,
      // The whole grid would not fit a summary at the finest steps.
      bestByTemperature: [...perTemperature.values()].map((points) =>
        points.reduce((best, point) => (point.score > best.score ? point : best)),
      ),
      decisions: { temperature, threshold, balanceScore: score },
      alarms: flatRewardAlarms(queries.flat()),
    },
  };
};

export function temperaturesTried(p: BStarParameters): number[] {
  if (p.tunes === "threshold") return [p.temperature];
  return gridOf({ low: p.temperatureLow, high: p.temperatureHigh, step: p.temperatureStep });
}

function thresholdsTried(p: BStarParameters): number[] {
  if (p.tunes === "temperature") return [p.threshold];
  return gridOf({ low: p.thresholdLow, high: p.thresholdHigh, step: p.thresholdStep });
}
