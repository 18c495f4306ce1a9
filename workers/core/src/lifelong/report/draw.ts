import { plot, type PlotOptions } from "@observablehq/plot";
import { parseHTML } from "linkedom/worker";

/** Made for both a light and a dark page, and told apart by most colour-blind eyes. */
export const palette = [
  "#4269d0",
  "#e0a100",
  "#ff725c",
  "#3caea3",
  "#3ca951",
  "#ff8ab7",
  "#a463f2",
  "#6f9cf0",
  "#9c6b4e",
  "#8a8f98",
] as const;

/** The colour of the i-th name. */
export function colourOf(i: number): string {
  return palette[i % palette.length] as string;
}

export const chartWidth = 760;

/** Draws a chart as a string of SVG that needs neither script nor style sheet. `label` is read to those who can't see it. */
export function draw(options: PlotOptions, label: string): string {
  // Plot wants a document; linkedom is one that runs anywhere.
  const { document } = parseHTML("<!doctype html><html><body></body></html>") as unknown as PlotOptions;
  const svg = plot({ width: chartWidth, marginRight: 24, style: { fontSize: "11px" }, ...options, document });
  svg.setAttribute("role", "img");
  // Names of tasks are anyone's text; an attribute is no place for markup.
  svg.setAttribute("aria-label", label.replaceAll(/[<>&"]/g, ""));
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  for (const style of svg.querySelectorAll("style")) style.remove();
  svg.setAttribute("style", "display:block;max-width:100%;height:auto;overflow:visible");
  return svg.outerHTML;
}
