/** The claims with their lamps: as the study stands, and as things are set. */

import { html } from "vendor/htm";
import { lamp, VERDICTS, verdictWords } from "../charts/lamp.js";
import { verdictCounts } from "../sentences.js";
import { frequency } from "../words.js";

/** The verdict of a claim as the study stands and, where it has been judged anew, as things are set. */
export function verdictsOf(app, claim) {
  const before = claim.reason ? null : claim.verdict.verdict;
  const now = app.judged.value?.get(claim.name);
  return { before: verdictWords(before), now: verdictWords(now ? now.verdict : before), share: (now ?? claim.verdict).share ?? claim.verdict, known: now !== undefined && now !== null };
}

/** In how many of the worlds in which the question arises a claim is true. */
export const trueIn = (of) => (of && of.true !== null && of.true !== undefined && of.moot !== 1 ? frequency(of.true / Math.max(1e-300, 1 - (of.moot ?? 0)), of.se ?? null) : "");

export function Lamps({ app, brief = false }) {
  const { claims } = app.payload;
  const all = claims.map((claim) => [claim, verdictsOf(app, claim)]);
  const order = [...VERDICTS, "not judged"];
  const sorted = [...all].sort(([, a], [, b]) => order.indexOf(a.now) - order.indexOf(b.now));
  const moved = all.filter(([, of]) => of.known && of.now !== of.before);
  return html`<div>
    <p>${verdictCounts(all.map(([, of]) => of.now))}${moved.length ? ` What was set changes ${moved.length === 1 ? "one of them" : `${moved.length} of them`}.` : ""}</p>
    ${app.state.changed.value > 0 && app.judged.value === null && html`<p class="quiet">Being judged anew…</p>`}
    <ul class=${`lamps ${brief ? "brief" : ""}`}>${sorted.map(([claim, of]) => html`<li key=${claim.name} class=${of.known && of.now !== of.before ? "has-moved" : ""}>
      <span class="lamp-word">${lamp(of.now)} ${of.now}</span>
      <span class="lamp-text">${claim.title}${of.known && of.now !== of.before ? html` <span class="was">was ${of.before}</span>` : ""}</span>
    </li>`)}</ul>
  </div>`;
}
