export interface Stages {
  readonly secondsByStage: Record<string, number>;
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Times the stages of the demo and tells on stderr where it is. */
export function createStages(): Stages {
  const secondsByStage: Record<string, number> = {};
  return {
    secondsByStage,
    async run(name, work) {
      process.stderr.write(`▸ ${name}\n`);
      const startedAt = performance.now();
      const result = await work();
      const seconds = (performance.now() - startedAt) / 1000;
      secondsByStage[name] = Number(((secondsByStage[name] ?? 0) + seconds).toFixed(2));
      process.stderr.write(`  ${name}: ${seconds.toFixed(1)} s\n`);
      return result;
    },
  };
}
