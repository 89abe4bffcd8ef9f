/** Compare: up to four arrangements on the same worlds, the first with each of the others. */

import { html } from "vendor/htm";
import { Waiting, MetricPicker, withTerms } from "../parts/pickers.js";
import { Figure, Table } from "../parts/figure.js";
import { Take } from "../parts/take.js";
import { costsPicture, differencesPicture, gainsPicture, survivalPicture } from "../pictures.js";
import { difference, figure } from "../figures.js";
import { differenceWords, leadMetric } from "../sentences.js";
import { levelsOf, ownLevels, titleOf } from "../state.js";
import { YOURS } from "../link.js";
import { cell, cellEnds, exact, quoted, signed, signedEnds } from "../words.js";

function Picker({ app }) {
  const shown = app.state.shown.value;
  const names = [...app.payload.arrangements.map(({ name }) => name), YOURS];
  return html`<fieldset class="camps"><legend>Up to four; the first is what the others are compared with</legend><div class="chips">
    ${names.map((name) => {
      const at = shown.indexOf(name);
      return html`<button type="button" class="chip" key=${name} aria-pressed=${at >= 0 ? "true" : "false"} disabled=${at >= 0 ? shown.length === 1 : shown.length >= 4} onClick=${() => app.act.show(name)}>${at >= 0 ? html`<span class="nth">${at + 1}</span> ` : ""}${name === YOURS && app.state.own.value === null ? "Yours (begin a copy)" : titleOf(app.payload, name, true)}</button>`;
    })}</div></fieldset>`;
}

function Levels({ app, keys }) {
  const own = app.state.own.value;
  const of = (key) => (key === YOURS ? ownLevels(app.payload, own) : levelsOf(app.payload, key));
  const differing = app.payload.controls.filter((control) => control.kind === "measure" && new Set(keys.map((key) => of(key)[control.name])).size > 1);
  const set = Object.entries(app.state.sliders.value);
  return html`<h2>What differs in what goes in</h2>
    ${differing.length ? html`<${Table} caption="Measures promised at different levels" columns=${["Measure", ...keys.map((key) => titleOf(app.payload, key, true))]}
      rows=${differing.map((control) => [control.title, ...keys.map((key) => exact(of(key)[control.name]))])} />` : html`<p>These arrangements promise the same.</p>`}
    ${set.length > 0 && html`<${Table} caption="Assumptions set by hand, under all of them alike" columns=${["Assumption", "as the study stands", "set to"]}
      rows=${set.map(([name, value]) => {
        const control = app.controls.get(name);
        return [control.title, `varies from ${exact(control.minimum)} to ${exact(control.maximum)}`, exact(value)];
      })} />`}`;
}

function Compare({ app }) {
  const answer = app.answer.value;
  const metric = leadMetric(app);
  const heading = html`<h1 id="screen-title" tabindex="-1">Compare arrangements</h1><p class="quiet">${withTerms(app, "All on the same worlds: what they share plays no part in a difference.", [["worlds", "world"]])}</p><${Picker} app=${app} />`;
  const keys = app.state.shown.value;
  if (answer === null || keys.some((key) => !answer.answers[key])) return html`<div>${heading}<${Waiting} app=${app} /></div>`;
  const [first, ...others] = keys;

  const against = titleOf(app.payload, first, true);
  const rows = app.payload.metrics.map((each) => [
    each.title,
    ...keys.map((key) => {
      const of = figure(app, answer, key, "metrics", each.name);
      const range = cellEnds(each, of);
      return html`${cell(each, of)} ${range && html`<span class="range">(${range})</span>`}`;
    }),
    ...others.map((key) => {
      const of = difference(app, answer, key, first, "metrics", each.name);
      return of === null || of.mean === null ? "-" : html`${signed(each, of.mean, of.se)}${signed(each, of.q05) === signed(each, of.q95) ? "" : html` <span class="range">(${signedEnds(each, of)})</span>`}`;
    }),
  ]);
  const data = () => app.payload.metrics.flatMap((each) => keys.map((key) => {
    const of = figure(app, answer, key, "metrics", each.name);
    const by = key === first ? null : difference(app, answer, key, first, "metrics", each.name);
    return [each.name, key, of?.mean ?? "", of?.se ?? "", of?.q05 ?? "", of?.q95 ?? "", by?.mean ?? "", by?.se ?? "", by?.q05 ?? "", by?.q95 ?? ""];
  }));
  const differing = others.length ? differencesPicture(app, answer, app.base.value, keys) : null;
  const gained = gainsPicture(app, answer, app.base.value, keys);
  const byYear = keys.every((key) => Object.keys(answer.answers[key].curves).length > 0) ? survivalPicture(app, answer, app.base.value, keys) : null;
  const cost = costsPicture(app, answer, app.base.value, keys);
  return html`<div>${heading}
    <section class="answer" aria-label="The difference"><div class="pickers"><${MetricPicker} app=${app} id="compare-metric" /></div>
      ${others.length ? others.map((key) => html`<p class="lead" key=${key}>${differenceWords(app, answer, key, first, metric)}</p>`) : html`<p>Choose a second arrangement to compare ${quoted(against)} with.</p>`}</section>
    ${differing && html`<${Figure} app=${app} of=${differing} level="h2" />`}
    ${byYear && html`<${Figure} app=${app} of=${byYear} level="h2" />`}
    <h2>All figures</h2>
    <${Table} caption=${`Chances in cases of 100; with the range of nine worlds in ten. “less” is the difference from ${against} in every world, summed up`}
      columns=${["Figure", ...keys.map((key) => titleOf(app.payload, key, true)), ...others.map((key) => `${titleOf(app.payload, key, true)} less ${against}`)]} rows=${rows} />
    <${Take} app=${app} name="comparison" title="All figures compared" table=${{ columns: ["metric", "arrangement", "mean", "se", "q05", "q95", `less ${first}: mean`, "se of it", "q05 of it", "q95 of it"], rows: data }} />
    <${Levels} app=${app} keys=${keys} />
    ${gained && html`<${Figure} app=${app} of=${gained} level="h2" />`}
    ${cost && html`<${Figure} app=${app} of=${cost} level="h2" />`}
  </div>`;
}

export const screen = { name: "compare", title: "Compare", key: "c", served: false, wide: true, render: (app) => html`<${Compare} app=${app} />` };
