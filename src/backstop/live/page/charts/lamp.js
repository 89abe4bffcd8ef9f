/**
 * The lamp of a verdict: a shape and a colour beside its word, so that neither is needed to tell it.
 */

import { html } from "vendor/htm";

const SHAPES = {
  supported: ["M8 2a6 6 0 1 0 0.01 0Z", "blue"],
  "leans true": ["M8 2l6.5 11.5h-13Z", "sky"],
  open: ["M8 1l7 7l-7 7l-7 -7Z", "amber"],
  "leans false": ["M8 14l6.5 -11.5h-13Z", "rust"],
  refuted: ["M3 1l5 5l5 -5l2 2l-5 5l5 5l-2 2l-5 -5l-5 5l-2 -2l5 -5l-5 -5Z", "orange"],
  moot: ["M2.5 2.5h11v11h-11Z", "coal"],
};

export const VERDICTS = ["supported", "leans true", "open", "leans false", "refuted", "moot"];

/** `leans_true` of the JSON as people say it. */
export const verdictWords = (verdict) => (verdict ? verdict.replace("_", " ") : "not judged");

/** The shape of a verdict; its word stands beside it. */
export function lamp(verdict) {
  const [path, colour] = SHAPES[verdictWords(verdict)] ?? ["M3 7h10v2h-10Z", "coal"];
  return html`<svg class=${`lamp c-${colour}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d=${path} /></svg>`;
}
