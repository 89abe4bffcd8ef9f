/** The claims with their lamps: as the study stands, and as things are set. */

import { html } from "vendor/htm";
import { lamp, VERDICTS, verdictWords } from "../charts/lamp.js";
import { verdictCounts } from "../sentences.js";
import { counted, frequency } from "../words.js";

/** The verdict of a claim as the study stands and, where it has been judged anew, as things are set; `waits`: not yet. */
export function verdictsOf(app, claim) {
  const before = claim.reason ? null : claim.verdict;
  const now = app.judged.value?.get(claim.name);
  const known = now !== undefined && now !== null;
  const waits = !known && app.state.changed.value > 0 && claim.test !== null;
  return { before: verdictWords(before?.verdict), now: verdictWords((known ? now : before)?.verdict), of: known ? now : before, known, waits };
}

/** In how many of the worlds in which the question arises a claim is true. */
export const trueIn = (of) => (of && of.share !== null && of.share !== undefined ? frequency(of.share, of.share_se ?? null) : "");

export function Lamps({ app, brief = false }) {
  const { claims } = app.payload;
  const all = claims.map((claim) => [claim, verdictsOf(app, claim)]);
  const order = [...VERDICTS, "not judged"];
  const sorted = [...all].sort(([, a], [, b]) => order.indexOf(a.now) - order.indexOf(b.now));
  const waiting = all.filter(([, of]) => of.waits).length;
  const moved = all.filter(([, of]) => of.known && of.now !== of.before);
  return html`<div>
    <p>${verdictCounts(all.map(([, of]) => of.now))}${moved.length ? ` What was set changes ${moved.length === 1 ? "one of them" : `${moved.length} of them`}.` : ""}</p>
    ${waiting > 0 && html`<p class="quiet">${waiting === all.length ? "These are" : `${counted(waiting, "lamp is", "lamps are")}`} still as the study stands; judged anew when the sliders are at rest.</p>`}
    ${app.state.own.value !== null && html`<p class="quiet">Claims are about the arrangements of the study: they do not ask about Yours.</p>`}
    <ul class=${`lamps ${brief ? "brief" : ""}`}>${sorted.map(([claim, of]) => html`<li key=${claim.name} class=${of.known && of.now !== of.before ? "has-moved" : of.waits ? "is-waiting" : ""}>
      <span class="lamp-word">${lamp(of.now)} ${of.now}</span>
      <span class="lamp-text">${claim.title}${of.known && of.now !== of.before ? html` <span class="was">was ${of.before}</span>` : of.waits ? html` <span class="was">as the study stands</span>` : ""}</span>
    </li>`)}</ul>
  </div>`;
}
