import { strings } from "../strings.ts";

const { nav } = strings;

/** Where one can go from any page, in the order in which it is offered. */
export const navPlaces = [
  { to: "/datasets", label: nav.datasets },
  { to: "/runs", label: nav.runs },
  { to: "/models", label: nav.models },
  { to: "/evaluations", label: nav.evaluations },
  { to: "/playground", label: nav.playground },
  { to: "/loops", label: nav.loops },
  { to: "/streams", label: nav.lifelong },
  { to: "/reports", label: nav.reports },
  { to: "/settings", label: nav.settings },
] as const;
