// node tests/bench/balance-search.ts: B-STaR's search for temperature and threshold, 600 queries x 64 texts at each of 14 temperatures, 21 thresholds.
import { searchBalance } from "@whetstone/core/methods/b-star/search-balance";
import { createRandom } from "@whetstone/core/statistics/create-random";

const random = createRandom(1);
const temperatures = Array.from({ length: 14 }, (_, i) => 0.5 + 0.05 * i);
const thresholds = Array.from({ length: 21 }, (_, i) => -1 + 0.1 * i);
const queries = Array.from({ length: 600 }, () =>
  temperatures.flatMap((temperature) =>
    Array.from({ length: 64 }, () => {
      const isCorrect = random() < 0.5;
      return {
        key: `text ${Math.floor(40 * random())}`,
        isCorrect,
        reward: Number(isCorrect) + 2 * random() - 1,
        temperature,
      };
    }),
  ),
);
const began = performance.now();
const { temperature, threshold, score } = searchBalance(queries, { temperatures, thresholds, target: 6 });
const seconds = (performance.now() - began) / 1000;
process.stdout.write(
  `  ${seconds.toFixed(2)} s; ${score.toFixed(3)} at temperature ${temperature.toFixed(2)}, threshold ${threshold.toFixed(1)}\n`,
);
