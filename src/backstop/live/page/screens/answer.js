/** The answer: the question, a sentence, every arrangement, what lasts, how the claims stand, who gains and who loses. */

import { html } from "vendor/htm";
import { MetricPicker, Waiting, FocusPicker, withTerms } from "../parts/pickers.js";
import { Figure } from "../parts/figure.js";
import { ArrangementTable } from "../parts/arrangements.js";
import { Lamps } from "../parts/lamps.js";
import { gainsPicture, intervalsPicture, survivalPicture } from "../pictures.js";
import { askFlips } from "./flips.js";
import { headline, movedWords, rangeWords } from "../sentences.js";

/** Go to another screen, and put the focus where its reader begins. */
function open(app, name) {
  app.act.go(name);
  requestAnimationFrame(() => document.getElementById("screen-title")?.focus());
}

function Answer({ app }) {
  const { payload } = app;
  const answer = app.answer.value;
  const base = app.base.value;
  if (answer === null) return html`<div><h1 id="screen-title" tabindex="-1">${payload.study.title}</h1>${payload.study.question && html`<p class="question">${payload.study.question}</p>`}<${Waiting} app=${app} /></div>`;
  const survival = Object.values(answer.answers)[0]?.curves && survivalPicture(app, answer, base);
  const gained = gainsPicture(app, answer, base);
  const move = movedWords(app, answer, base);
  return html`<div>
    <h1 id="screen-title" tabindex="-1">${payload.study.title}</h1>
    ${payload.study.question && html`<p class="question">${payload.study.question}</p>`}
    <section class="answer" aria-label="The answer">
      <p class="lead">${headline(app, answer)}</p>
      ${move && html`<p class="moved">${move}</p>`}
      <p class="chips"><button type="button" class="plain" onClick=${() => open(app, "why")}>Why?</button>
        <button type="button" class="plain" onClick=${() => askFlips(app, null)}>What would flip it?</button></p>
      <p>${withTerms(app, rangeWords(app, answer), [["plausible range", "plausible range"]])}</p>
      <p class="quiet">What follows from a model under stated assumptions: no forecast, and no advice to any side.</p>
    </section>
    <div class="pickers"><${MetricPicker} app=${app} /><${FocusPicker} app=${app} /></div>
    <${Figure} app=${app} of=${intervalsPicture(app, answer, base)} level="h2" />
    <h2>All arrangements</h2>
    <${ArrangementTable} app=${app} answer=${answer} base=${base} />
    ${survival && html`<${Figure} app=${app} of=${survival} level="h2" />`}
    ${payload.claims.length > 0 && html`<h2>The claims</h2><${Lamps} app=${app} brief />`}
    ${gained && html`<${Figure} app=${app} of=${gained} level="h2" />`}
  </div>`;
}

export const screen = { name: "answer", title: "Answer", key: "a", served: false, render: (app) => html`<${Answer} app=${app} />` };
