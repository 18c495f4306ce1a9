import type { Random } from "../artwork/random.ts";
import { ProgramError, runProgram } from "./run-program.ts";
import { colors, composeScene, type Scene, type Split } from "./scene.ts";

export const families = ["filter", "count", "compare", "relation", "arithmetic", "odd"] as const;
export type Family = (typeof families)[number];

export interface Question {
  family: Family;
  scene: Scene;
  text: string;
  /** What computes the answer; as many steps as it has conditions and signs. */
  program: string;
  steps: number;
  answer: string;
  choices: string[];
}

type Asked = { text: string; program: string; steps: number };

/** A scene and a question about it that has one answer; families and, where there are two, answers come equally often. */
export function askQuestion(split: Split, random: Random): Question {
  const family = split === "old" ? "filter" : random.pick(families);
  const wanted = random.pick(["yes", "no"]);
  for (;;) {
    const scene = composeScene(split, random);
    const asked = split === "old" ? askAbout(scene, random) : ask[family](scene, random);
    const answer = answerOf(asked.program, scene);
    if (answer === undefined || answer.startsWith("-") || (family === "compare" && answer !== wanted)) continue;
    return { family, scene, ...asked, answer, choices: choicesFor(answer, scene) };
  }
}

function answerOf(program: string, scene: Scene): string | undefined {
  try {
    return runProgram(program, scene);
  } catch (cause) {
    // Nothing is left of that cat, or two are odd: another scene will do.
    if (cause instanceof ProgramError) return undefined;
    throw cause;
  }
}

const ask: Record<Family, (scene: Scene, random: Random) => Asked> = {
  filter(scene, random) {
    const { text, stages, steps } = conditions(scene, random, [1, 3]);
    return { text: `what is ${text}`, program: `things ${stages} | name`, steps };
  },
  count(scene, random) {
    const { text, stages, steps } = conditions(scene, random, [1, 3]);
    return { text: `how many are ${text}`, program: `things ${stages} | count`, steps };
  },
  compare(scene, random) {
    const [one, other] = [conditions(scene, random, [1, 2]), conditions(scene, random, [1, 1])];
    const program = `things ${one.stages} | count > things ${other.stages} | count`;
    return { text: `are more ${one.text} than ${other.text}`, program, steps: one.steps + other.steps + 1 };
  },
  relation(scene, random) {
    const middle = random.pick(scene.things).name;
    const [place, words] = random.pick(beside);
    if (random.chance(0.3)) {
      const line = random.pick(["row-of", "column-of"]);
      const { text, stages, steps } = conditions(scene, random, [1, 2]);
      const program = `things | ${line} ${middle} ${stages} | count`;
      return { text: `how many are ${line} ${middle} and ${text}`, program, steps: steps + 1 };
    }
    const ending = random.pick(["name", "kind", "color"]);
    const program = `things | ${place} ${middle} | ${ending}`;
    return { text: `what ${ending} is ${words} ${middle}`, program, steps: ending === "name" ? 1 : 2 };
  },
  arithmetic(scene, random) {
    const [one, other] = [conditions(scene, random, [1, 2]), conditions(scene, random, [1, 1])];
    const [sign, text] = random.chance(0.7)
      ? ["+", `how many are ${one.text} plus ${other.text}`]
      : ["-", `how many more are ${one.text} than ${other.text}`];
    const program = `things ${one.stages} | count ${sign} things ${other.stages} | count`;
    return { text, program, steps: one.steps + other.steps + 1 };
  },
  odd(scene, random) {
    const attribute = random.pick(["kind", "color", "size"] as const);
    if (random.chance(0.6))
      return { text: `what has a ${attribute} of its own`, program: `things | odd ${attribute} | name`, steps: 1 };
    const { text, stages, steps } = conditions(scene, random, [1, 2], attribute);
    const program = `things ${stages} | odd ${attribute} | name`;
    return { text: `of what is ${text} what has a ${attribute} of its own`, program, steps: steps + 1 };
  },
};

/** An old task: one attribute of a thing that is named. */
function askAbout(scene: Scene, random: Random): Asked {
  const attribute = random.pick(["kind", "color", "size"]);
  const { name } = random.pick(scene.things);
  return { text: `what ${attribute} is ${name}`, program: `things | where name ${name} | ${attribute}`, steps: 1 };
}

const beside = [
  ["left-of", "left of"],
  ["right-of", "right of"],
  ["above", "above"],
  ["below", "below"],
] as const;

/** Some conditions on different attributes that something in the scene fulfils, one after another. */
function conditions(scene: Scene, random: Random, ...[[least, most], without]: [[number, number], string?]) {
  const thing = random.pick(scene.things);
  const free = (["kind", "color", "size"] as const).filter((attribute) => attribute !== without);
  const ranked = free.map((attribute) => ({ attribute, rank: random.next() })).toSorted((a, b) => a.rank - b.rank);
  const count = Math.min(free.length, least + Math.floor(random.next() * (most - least + 1)));
  const chosen = ranked.slice(0, count).map(({ attribute }) => `${attribute} ${thing[attribute]}`);
  return { text: chosen.join(" and "), stages: chosen.map((each) => `| where ${each}`).join(" "), steps: count };
}

/** What an answer of its sort could be in this scene: for policies that choose. */
function choicesFor(answer: string, { things }: Scene): string[] {
  if (answer === "yes" || answer === "no") return ["no", "yes"];
  if (/^\d+$/.test(answer)) return Array.from({ length: 2 * things.length + 1 }, (_, i) => String(i));
  const sorts = [things.map(({ name }) => name), [...colors], ["animal", "fruit", "vehicle"], ["large", "small"]];
  return (sorts.find((sort) => sort.includes(answer)) ?? [answer]).toSorted();
}
