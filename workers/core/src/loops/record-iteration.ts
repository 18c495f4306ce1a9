import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { runEvent } from "../runs/run-event.ts";
import { recordBlock } from "../streams/record-block.ts";
import type { LoadedLoop } from "./load-loop.ts";
import type { Verdict } from "./loop-spec.ts";

/**
 * An iteration in the loop's stream: what it learned as a learning block, its measure as the evaluation block after it. A stream that won't
 * take it costs the loop nothing but a line in its story.
 */
export async function recordIteration(
  ctx: Context,
  { run, loop, spec, history }: LoadedLoop,
  { iteration, verdict }: { iteration: number; verdict: Verdict },
): Promise<void> {
  const { streamId, workspaceId } = loop;
  if (streamId === null) return;
  const { split, retentionSplit } = spec.measure;
  const shared = { workspaceId, streamId };
  const losses = (history.iterations[iteration]?.steps ?? []).flatMap(({ step, summary }) =>
    step.kind === "learn" && typeof summary["loss"] === "number" ? [summary["loss"]] : [],
  );
  const { monitors } = verdict;
  try {
    if (losses.length > 0)
      await recordBlock(ctx, {
        ...shared,
        blockNum: 2 * iteration - 1,
        blockType: "train",
        taskName: split,
        // As trainings do: the likelihood of what was learned.
        rows: losses.map((loss) => ({ performance: Math.exp(-loss) })),
        key: `${loop.id} ${iteration} learn`,
      });
    const measured = [
      { taskName: split, share: monitors?.verified },
      { taskName: retentionSplit ?? "", share: monitors?.retention },
    ];
    for (const { taskName, share } of measured)
      if (share)
        await recordBlock(ctx, {
          ...shared,
          blockNum: 2 * iteration,
          blockType: "test",
          taskName,
          rows: [{ performance: share.value }],
          key: `${loop.id} ${iteration} measure ${taskName}`,
        });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await runEvent(ctx, {
      runId: run.id,
      type: "stream.refused",
      data: { streamId, code: error.code, message: error.message },
    });
  }
}
