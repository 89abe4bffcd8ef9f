/** Help: how to read the page, its keys, and what its words mean. */

import { html } from "vendor/htm";
import { KeySheet } from "../parts/dialogs.js";
import { lamp, VERDICTS } from "../charts/lamp.js";
import { capital } from "../words.js";

function Help({ app }) {
  return html`<div><h1 id="screen-title" tabindex="-1">How to read this page</h1>
    <p>The study lays down who decides, what can be promised and what nobody knows exactly. Every unknown is drawn many times; each draw is a <em>world</em>. In every world the choices of all actors are worked out, and figures are summed up over worlds. Where you move a slider, the same worlds are solved again.</p>
    <h2>A figure and its range</h2>
    <p>“In 93 of 100 cases (plausible range 50 to 100)” says: on average over worlds the chance is 93 of 100, and in nine worlds of ten it lies between 50 and 100. The range is what assumptions leave open; it is no error of measurement.</p>
    <h2>Setting is not learning</h2>
    <p>An assumption that you set has that value in every world: an intervention. Worlds keep the weights that the records of the study give them, since a value set by hand says nothing about the others. To ask what follows if it is learnt that a value holds, use <code>--given</code> on the command line.</p>
    <h2>Lamps</h2>
    <ul class="lamps">${VERDICTS.map((verdict) => html`<li key=${verdict}><span class="lamp-word">${lamp(verdict)} ${verdict}</span><span class="lamp-text">${MEANING[verdict]}</span></li>`)}</ul>
    <h2>Keys</h2>
    <${KeySheet} app=${app} commands=${app.commands} screens=${app.screens} />
    <h2>Words</h2>
    <dl class="glossary">${app.payload.glossary.map((entry) => html`<dt key=${entry.term}>${capital(entry.term)}</dt><dd>${entry.meaning}</dd>`)}</dl>
  </div>`;
}

const MEANING = {
  supported: "true in at least 90 of 100 of the worlds in which the question arises",
  "leans true": "true in at least 67 of 100",
  open: "true in more than 33 of 100",
  "leans false": "true in more than 10 of 100",
  refuted: "true in at most 10 of 100",
  moot: "the question does not arise in most worlds",
};

export const screen = { name: "help", title: "Help", key: "h", served: false, render: (app) => html`<${Help} app=${app} />` };
