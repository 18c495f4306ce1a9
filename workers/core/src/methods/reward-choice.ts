import type { Reward } from "@whetstone/schemas/tasks";
import { z } from "zod";
import { parameter } from "./parameter.ts";

export const rewardNames = [
  "verdict",
  "log-probability",
  "mean-log-probability",
  "clip-margin",
  "noisy",
  "deceptive",
  "constant",
] as const;
export type RewardName = (typeof rewardNames)[number];

export const rewardParameters = {
  reward: parameter(z.enum(rewardNames), "verdict", [
    "ours",
    "What ranks texts: the task's verdict, base log-probability, CLIP margin (needs a reward model), or a toy world's",
  ]),
  rewardNoise: parameter(z.number().min(0).max(100), 1, ["ours", "Deviation of the noise of reward `noisy`"]),
};

/** The CLIP that rewards is the slot's first weights. */
export const clipSlot = "clip";

export function toReward({ reward, rewardNoise }: { reward: RewardName; rewardNoise: number }): z.input<typeof Reward> {
  switch (reward) {
    case "verdict":
      return { kind: "verdict" };
    case "log-probability":
      return { kind: "log-probability", normalised: false };
    case "mean-log-probability":
      return { kind: "log-probability", normalised: true };
    case "clip-margin":
      return { kind: "clip-margin", slot: clipSlot };
    case "noisy":
      return { kind: "toy", world: "noisy", size: rewardNoise };
    case "deceptive":
    case "constant":
      return { kind: "toy", world: reward };
  }
}
