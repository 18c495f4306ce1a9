import type { Row } from "../rows/rows.ts";

type Scored = Pick<Row, "answer" | "baseLogProb" | "tokens">;
export type SelfReward = "log-probability" | "mean-log-probability" | "majority";

/** What the first weights think of each of a query's texts. Texts without an answer have no vote and win none. */
export function selfRewards(rows: readonly Scored[], kind: SelfReward): number[] {
  switch (kind) {
    case "log-probability":
      return rows.map(({ baseLogProb }) => baseLogProb);
    case "mean-log-probability":
      return rows.map(({ baseLogProb, tokens }) => baseLogProb / Math.max(1, tokens));
    case "majority": {
      const votes = Map.groupBy(rows, ({ answer }) => answer);
      return rows.map(({ answer }) => (answer === null ? Number.NaN : (votes.get(answer)?.length ?? 0) / rows.length));
    }
  }
}
