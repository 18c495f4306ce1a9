/** Value of a function at `point`; writes its gradient into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => Promise<number>;
export interface Minimum {
  point: Float64Array;
  value: number;
  iterations: number;
  hasConverged: boolean;
}
interface Step {
  moved: Float64Array;
  turned: Float64Array;
  product: number;
}

const memory = 10;
const maxTrials = 25;

/**
 * Limited-memory BFGS (Nocedal & Wright 2006, algorithms 7.4 and 7.5) with a bisection line search for the weak Wolfe conditions. It has converged
 * when no part of the gradient is larger than `tolerance`, scikit-learn's test.
 */
export async function minimize(
  objective: Objective,
  start: Float64Array,
  { maxIterations, tolerance, signal }: { maxIterations: number; tolerance: number; signal?: AbortSignal },
): Promise<Minimum> {
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(point.length);
  let value = await objective(point, gradient);
  const steps: Step[] = [];

  for (let iteration = 0; iteration < maxIterations; iteration++) {
    signal?.throwIfAborted();
    if (largest(gradient) <= tolerance) return { point, value, iterations: iteration, hasConverged: true };
    const direction = descend(gradient, steps);
    const length = steps.length === 0 ? Math.min(1, 1 / norm(gradient)) : 1;
    const next = await search(objective, { point, gradient, value, direction, length });
    // The value can't get lower in the precision at hand.
    if (!next) return { point, value, iterations: iteration, hasConverged: largest(gradient) <= 10 * tolerance };
    const moved = subtract(next.point, point);
    const turned = subtract(next.gradient, gradient);
    const product = inner(moved, turned);
    if (product > 1e-14 * inner(turned, turned)) steps.push({ moved, turned, product });
    if (steps.length > memory) steps.shift();
    ({ point, gradient, value } = next);
  }
  return { point, value, iterations: maxIterations, hasConverged: largest(gradient) <= tolerance };
}

/** Minus the gradient, turned by the inverse curvature that the last steps tell of (two-loop recursion). */
function descend(gradient: Float64Array, steps: Step[]): Float64Array {
  const direction = gradient.map((part) => -part);
  const shares = steps.map(() => 0);
  for (let i = steps.length - 1; i >= 0; i--) {
    const { moved, turned, product } = steps[i] ?? last(steps);
    const share = inner(moved, direction) / product;
    shares[i] = share;
    add(direction, turned, -share);
  }
  const recent = steps.at(-1);
  if (recent) {
    const scale = recent.product / inner(recent.turned, recent.turned);
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] ?? 0) * scale;
  }
  steps.forEach(({ moved, turned, product }, i) =>
    add(direction, moved, (shares[i] ?? 0) - inner(turned, direction) / product),
  );
  return direction;
}

interface Line {
  point: Float64Array;
  gradient: Float64Array;
  value: number;
  direction: Float64Array;
  length: number;
}

async function search(objective: Objective, { point, gradient, value, direction, length }: Line) {
  const slope = inner(gradient, direction);
  if (slope >= 0) return undefined;
  let [low, high] = [0, Infinity];
  let step = length;
  let best: { point: Float64Array; gradient: Float64Array; value: number } | undefined;
  for (let trial = 0; trial < maxTrials; trial++) {
    const next = point.map((part, i) => part + step * (direction[i] ?? 0));
    const nextGradient = new Float64Array(point.length);
    const nextValue = await objective(next, nextGradient);
    if (!(nextValue <= value + 1e-4 * step * slope)) high = step;
    else {
      best = { point: next, gradient: nextGradient, value: nextValue };
      if (inner(nextGradient, direction) >= 0.9 * slope) return best;
      low = step;
    }
    step = high === Infinity ? 2 * step : (low + high) / 2;
  }
  return best;
}

function last<T>(items: T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new RangeError("no steps");
  return item;
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

const norm = (a: Float64Array): number => Math.sqrt(inner(a, a));

function largest(a: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] ?? 0));
  return most;
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((part, i) => part - (b[i] ?? 0));
}

function add(a: Float64Array, b: Float64Array, share: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] ?? 0) + share * (b[i] ?? 0);
}
