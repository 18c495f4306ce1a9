import { DOMParser, Node } from "@xmldom/xmldom";

/**
 * Bundlers give Workers the AWS SDK's browser build, which reads XML with the browser's DOMParser. Workers have none, so they get this one.
 */
export function provideDomParser(): void {
  const host = globalThis as { DOMParser?: unknown; Node?: unknown };
  host.DOMParser ??= DOMParser;
  host.Node ??= Node;
}
