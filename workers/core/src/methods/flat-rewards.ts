import type { Alarm } from "@whetstone/schemas/api";
import type { Row } from "./rows/rows.ts";

/** Said when all texts are worth the same: choosing by such a reward chooses nothing, and its gradient is zero. */
export function flatRewardAlarms(rows: readonly Pick<Row, "reward">[]): Alarm[] {
  const [first] = rows;
  if (!first || rows.length < 2 || rows.some(({ reward }) => reward !== first.reward)) return [];
  const sentence = `all ${rows.length} texts were rewarded ${first.reward}: such a reward chooses nothing`;
  return [{ code: "no_gradient", sentence, isFatal: false }];
}
