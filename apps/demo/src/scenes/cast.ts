export const kinds = ["animal", "fruit", "vehicle"] as const;
export type Kind = (typeof kinds)[number];

/** What may stand in a scene: its one-word name and Unicode's label of the drawing. */
export interface Role {
  name: string;
  kind: Kind;
  label: string;
  /** Seen only in split `concept`. */
  isHeldOut: boolean;
}

const seen: Record<Kind, string[]> = {
  animal: ["cat", "dog", "horse", "bird", "fish"],
  fruit: ["apple:red apple", "pear", "cherry:cherries", "grape:grapes", "lemon"],
  vehicle: ["car:automobile", "bus", "train", "boat:sailboat", "bike:bicycle"],
};
const heldOut: Record<Kind, string[]> = {
  animal: ["cow", "pig", "frog", "snail"],
  fruit: ["banana", "peach", "pineapple", "strawberry"],
  vehicle: ["taxi", "tractor", "ambulance", "helicopter"],
};

export const cast: readonly Role[] = kinds.flatMap((kind) => [
  ...seen[kind].map((entry) => toRole(entry, { kind, isHeldOut: false })),
  ...heldOut[kind].map((entry) => toRole(entry, { kind, isHeldOut: true })),
]);

function toRole(entry: string, rest: Pick<Role, "kind" | "isHeldOut">): Role {
  const [name = entry, label = name] = entry.split(":");
  return { name, label, ...rest };
}
