import type { MethodId } from "@whetstone/schemas/api";
import { liftPercent } from "@whetstone/core/methods/sharpening/laws";
import { meanWithInterval } from "./intervals.ts";
import type { Bed } from "./recipes.ts";
import type { Outcome, Point } from "./run-arm.ts";
import { firstPoint, lastPoint, type Measured } from "./tabulate.ts";

/** The seeds of an arm of the claim's method on one bed; undefined where it was not run. */
type ArmOf = (name: "itself" | (string & {})) => readonly Outcome[] | undefined;

interface Claim {
  method: MethodId;
  says: string;
  /** Of each seed by how much the claim holds: above 0 for it, below against it; undefined where an arm is missing. */
  evidence(arm: ArmOf): number[] | undefined;
  unit: "points" | "% lift" | "";
}

type Of = (point: Point) => number | null;

/** Last iteration's value less the first's, seed by seed. */
const rise =
  (of: Of, name = "itself"): Claim["evidence"] =>
  (arm) =>
    arm(name)?.flatMap((outcome) => difference(of, lastPoint(outcome), firstPoint(outcome)));

/** The method's last value less a baseline's, same seed. */
const above =
  (of: Of, name: string): Claim["evidence"] =>
  (arm) => {
    const [own, other] = [arm("itself"), arm(name)];
    if (!own || !other) return undefined;
    return own.flatMap((outcome, seed) => {
      const against = other[seed];
      return against ? difference(of, lastPoint(outcome), lastPoint(against)) : [];
    });
  };

function difference(of: Of, now: Point | undefined, before: Point | undefined): number[] {
  const [a, b] = [now && of(now), before && of(before)];
  return a === null || a === undefined || b === null || b === undefined ? [] : [a - b];
}

const greedy: Of = (point) => point.greedy;
const sampled: Of = (point) => point.sampled;
const passAtK: Of = (point) => point.passAtK;
const variety: Of = (point) => -point.duplicateRate;

/** What the method decided in its last round less what it did in its first. */
const drift =
  (name: string): Claim["evidence"] =>
  (arm) =>
    arm("itself")?.flatMap(({ points }) => {
      const values = points.map(({ decisions }) => decisions[name]).filter((value) => typeof value === "number");
      const [first, last] = [values[0], values.at(-1)];
      return first === undefined || last === undefined || values.length < 2 ? [] : [last - first];
    });

const claims: Claim[] = [
  {
    method: "b-star",
    says: "tuning both settings beats fixed ones",
    evidence: above(greedy, "fixed settings"),
    unit: "points",
  },
  { method: "b-star", says: "it beats ReST-EM", evidence: above(greedy, "ReST-EM"), unit: "points" },
  { method: "b-star", says: "the temperature rises over rounds", evidence: drift("temperature"), unit: "" },
  { method: "b-star", says: "the balance score rises over rounds", evidence: drift("balanceScore"), unit: "" },
  {
    method: "b-star",
    says: "it keeps more variety than fixed settings",
    evidence: above(variety, "fixed settings"),
    unit: "points",
  },
  {
    method: "sharpening",
    says: "one sample of the sharpened model is right more often than one of the first",
    evidence: rise(sampled),
    unit: "points",
  },
  {
    method: "sharpening",
    says: "one sample of the sharpened model beats the first model's greedy text",
    evidence: (arm) =>
      arm("itself")?.flatMap((outcome) => {
        const [last, first] = [lastPoint(outcome), firstPoint(outcome)];
        return last && first ? [liftPercent(last.sampled, first.greedy)] : [];
      }),
    unit: "% lift",
  },
  {
    method: "sharpening",
    says: "its texts are likelier under the first weights",
    evidence: rise((point) => point.meanReward),
    unit: "",
  },
  {
    method: "sharpening",
    says: "per-token self-reward does better than the sum",
    evidence: above(sampled, "by sum"),
    unit: "points",
  },
  {
    method: "sharpening",
    says: "votes do better than the sum",
    evidence: (arm) => versus(arm, "by majority", "by sum"),
    unit: "points",
  },
  {
    method: "sharpening",
    says: "the pairs' loss sharpens too (no experiment in the paper)",
    evidence: rise(sampled, "pairs"),
    unit: "points",
  },
  {
    method: "sharpening",
    says: "the online variant sharpens too (no experiment in the paper)",
    evidence: rise(sampled, "online"),
    unit: "points",
  },
  { method: "smart", says: "first tries rise", evidence: rise(greedy), unit: "points" },
  {
    method: "smart",
    says: "it beats the best single way (steps) learnt alone",
    evidence: above(greedy, "steps alone"),
    unit: "points",
  },
  {
    method: "smart",
    says: "choosing the next way itself beats switching at random",
    evidence: above(greedy, "random switch"),
    unit: "points",
  },
  {
    method: "smart",
    says: "later tries help: it beats learning first tries alone",
    evidence: above(greedy, "first tries"),
    unit: "points",
  },
  {
    method: "sra-mcts",
    says: "pass@10 is above chain of thought's",
    evidence: above(passAtK, "chain of thought"),
    unit: "points",
  },
  {
    method: "sra-mcts",
    says: "texts are more varied than chain of thought's",
    evidence: above(variety, "chain of thought"),
    unit: "points",
  },
  {
    method: "sra-mcts",
    says: "the tree beats best-of-n at about equal calls (pass@1; our test, not the paper's)",
    evidence: above(sampled, "best of 13"),
    unit: "points",
  },
  {
    method: "sra-mcts",
    says: "learning the plan too beats the program alone (pass@10)",
    evidence: above(passAtK, "program alone"),
    unit: "points",
  },
  { method: "i-sheep", says: "right answers rise by its own grades alone", evidence: rise(greedy), unit: "points" },
  {
    method: "i-sheep",
    says: "always from the first weights beats going on from the last",
    evidence: above(greedy, "one-last"),
    unit: "points",
  },
  {
    method: "i-sheep",
    says: "grades help: it beats learning all pairs (Self-Instruct)",
    evidence: above(greedy, "no grades"),
    unit: "points",
  },
  {
    method: "hq-clip-cycle",
    says: "a second turn adds to the first, where the paper stops",
    evidence: (arm) => arm("itself")?.flatMap(({ points: [, first, second] }) => difference(greedy, second, first)),
    unit: "points",
  },
  {
    method: "hq-clip-cycle",
    says: "the circle beats a refiner that learns from a CLIP that stays",
    evidence: above(greedy, "refiner alone"),
    unit: "points",
  },
  {
    method: "hq-clip-cycle",
    says: "one name drawn is right more often than before",
    evidence: rise(sampled),
    unit: "points",
  },
  { method: "pit", says: "improved answers are right more often", evidence: rise(greedy), unit: "points" },
  { method: "pit", says: "both stages beat stage 0 alone", evidence: above(greedy, "stage 0 alone"), unit: "points" },
  { method: "pit", says: "both stages beat stage 1 alone", evidence: above(greedy, "stage 1 alone"), unit: "points" },
  {
    method: "pit",
    says: "at most 5 % of improvements damage a right draft (bar of ours)",
    evidence: (arm) =>
      arm("itself")?.flatMap((outcome) => {
        const damaged = lastPoint(outcome)?.decisions["damaged-1"];
        return typeof damaged === "number" ? [0.05 - damaged] : [];
      }),
    unit: "points",
  },
];

function versus(arm: ArmOf, one: string, other: string): number[] | undefined {
  return above(sampled, other)((name) => arm(name === "itself" ? one : name));
}

/** `seen` and `opposite` where the 95 % interval over seeds leaves out 0; one seed, or an interval with 0 in it, shows nothing. */
export function verdictOf(differences: readonly number[]): "seen" | "not seen here" | "opposite" {
  const { mean, half } = meanWithInterval(differences);
  if (differences.length < 2 || half === null) return "not seen here";
  if (mean - half > 0) return "seen";
  return mean + half < 0 ? "opposite" : "not seen here";
}

/** A line a claim and bed, with its evidence; nothing is said of what was not run. */
export function judgeClaims(measured: readonly Measured[]): string[] {
  return claims.flatMap(({ method, says, evidence, unit }) =>
    bedsOf(measured, method).flatMap((bed) => {
      const arm: ArmOf = (name) =>
        measured.find((one) => one.arm.bed === bed && one.arm.method === method && nameOf(one) === name)?.seeds;
      const differences = evidence(arm);
      if (!differences || differences.length === 0) return [];
      return [`${verdictOf(differences)}: ${method} on ${bed}: ${says} (${describe(differences, unit)})`];
    }),
  );
}

const nameOf = ({ arm }: Measured): string => (arm.isBaseline ? arm.name : "itself");

function bedsOf(measured: readonly Measured[], method: MethodId): Bed[] {
  return [...new Set(measured.filter(({ arm }) => arm.method === method).map(({ arm }) => arm.bed))];
}

function describe(differences: readonly number[], unit: Claim["unit"]): string {
  const { mean, half } = meanWithInterval(differences);
  const scale = unit === "points" ? 100 : 1;
  const digits = unit === "" ? 2 : 1;
  const show = (value: number): string => (scale * value).toFixed(digits);
  const spread = half === null ? "" : ` ± ${show(half)}`;
  return `${mean >= 0 ? "+" : ""}${show(mean)}${spread}${unit && ` ${unit}`}, ${differences.length} ${differences.length === 1 ? "seed" : "seeds"}`;
}
