/** Claims: what accounts say causes what, each tested in every world, as the study stands and as things are set. */

import { html } from "vendor/htm";
import { Lamps, trueIn, verdictsOf } from "../parts/lamps.js";
import { lamp } from "../charts/lamp.js";
import { askFlips } from "./flips.js";
import { Take } from "../parts/take.js";
import { PassageCard } from "../parts/dialogs.js";
import { metricOf } from "../sentences.js";
import { titleOf } from "../state.js";
import { capital, clause, frequency, listed, quoted, stop } from "../words.js";

/** What a claim asks of every world, in a sentence. */
function testWords(app, claim) {
  const { test } = claim;
  if (test === null) return claim.reason || "It cannot be judged with the arrangements of this study.";
  const measure = (name) => quoted(app.controls.get(name)?.title ?? name);
  const metric = test.metric ? quoted(clause(metricOf(app, test.metric)?.title ?? test.metric)) : "";
  const all = listed(test.measures.map(measure));
  const aim = test.event ? clause(test.event.words) : "";
  switch (test.kind) {
    case "necessary":
      return stop(`True in a world where no arrangement without ${listed(test.measures.map(measure), "or")} has it that ${aim}, and one with ${test.measures.length > 1 ? "them" : "it"} does`);
    case "sufficient":
      return stop(`True in a world where ${aim} in every arrangement with ${all}`);
    case "raises":
    case "lowers":
      return stop(`True in a world where ${metric} is ${test.kind === "raises" ? "higher" : "lower"} in every arrangement that has ${all} than in the same arrangement without`);
    case "complements":
      return stop(`True in a world where ${all} change ${metric} by more together than the sum of what each does alone`);
    case "threshold":
      return stop(`True in a world where some level of ${all} makes it true that ${aim}, under ${quoted(titleOf(app.payload, test.arrangements[0]))}`);
    default:
      return stop(`True in a world where ${aim} under ${quoted(titleOf(app.payload, test.arrangements[0]))}`);
  }
}

function Card({ app, claim }) {
  const of = verdictsOf(app, claim);
  const share = of.of;
  const passages = (claim.evidence ?? []).map((id) => app.payload.passages.find((each) => each.id === id)).filter(Boolean);
  return html`<article class="entry"><h3>${lamp(of.now)} ${claim.title} <span class=${`mark v-${of.now.replace(" ", "-")}`}>${of.now}</span></h3>
    ${of.known && of.now !== of.before && html`<p class="moved">As the study stands it is ${of.before}.</p>`}
    ${of.waits && html`<p class="moved">This is as the study stands; it is judged anew when the sliders are at rest.</p>`}
    <dl>
      <dt>The test</dt><dd>${testWords(app, claim)}</dd>
      ${trueIn(share) && html`<dt>True in</dt><dd>${trueIn(share)} of the worlds in which the question arises${share.moot > 0 ? `; it does not arise in ${frequency(share.moot)}` : ""}</dd>`}
      ${claim.decided_by && html`<dt>What decides it</dt><dd>${capital(claim.decided_by.words ?? claim.decided_by.title ?? claim.decided_by.parameter ?? "")}</dd>`}
      ${claim.note && html`<dt>Note</dt><dd>${claim.note}</dd>`}
    </dl>
    ${claim.test !== null && html`<p><button type="button" class="plain" aria-label=${`What would flip it? ${claim.title}`} onClick=${() => askFlips(app, { kind: "claim", claim: claim.name })}>What would flip it?</button></p>`}
    ${passages.length > 0 && html`<details><summary>Who says so</summary>${passages.map((passage) => html`<${PassageCard} key=${passage.id} app=${app} passage=${passage} />`)}</details>`}
  </article>`;
}

function Claims({ app }) {
  const { claims } = app.payload;
  const data = () => claims.map((claim) => {
    const of = verdictsOf(app, claim);
    return [claim.name, claim.title, of.before, of.now, ...["true", "false", "moot", "se"].map((part) => of.of?.[part] ?? "")];
  });
  return html`<div><h1 id="screen-title" tabindex="-1">Claims, judged</h1>
    ${claims.length === 0 ? html`<p>The study makes no claims.</p>` : html`
      <p class="quiet">Each claim is tested in every world. Supported: true in at least 90 of 100 of the worlds in which the question arises; leans true: 67; open: above 33; leans false and refuted: the same the other way. A claim never seen to fail is not thereby proved.</p>
      <${Lamps} app=${app} />
      <${Take} app=${app} name="claims" title="All claims" table=${{ columns: ["claim", "text", "as the study stands", "now", "true", "false", "moot", "se"], rows: data }} />
      <h2>One by one</h2>
      ${claims.map((claim) => html`<${Card} key=${claim.name} app=${app} claim=${claim} />`)}`}
  </div>`;
}

export const screen = { name: "claims", title: "Claims", key: "l", served: false, render: (app) => html`<${Claims} app=${app} />` };
