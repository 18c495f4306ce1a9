const timeoutMs = 30_000;
/** An answer that nobody took by then is not what the page asks for. */
const freshMs = 10_000;

declare global {
  // The script that asks and the code that takes the answers are built apart, each with this file in it.
  var askedEarly: Map<string, Promise<Response>> | undefined;
}
const asked = (globalThis.askedEarly ??= new Map());

/** Asks the API for what the page will want, before the code that wants it is there. */
export function askEarly(path: string): void {
  const { href } = new URL(path, location.origin);
  const answer = fetch(href, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(timeoutMs) });
  // Whoever takes the answer is told of its failure.
  answer.catch(() => undefined);
  asked.set(href, answer);
  setTimeout(() => asked.delete(href), freshMs);
}

/** `fetch`, or the answer that is on its way already; each is given out once. */
export const fetchOrTake: typeof fetch = (input, init) => {
  const href = input instanceof Request ? input.url : input.toString();
  const early = (init?.method ?? "GET") === "GET" ? asked.get(href) : undefined;
  asked.delete(href);
  return early ?? fetch(input, init);
};
