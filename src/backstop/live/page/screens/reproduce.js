/** Reproduce: how to get these numbers again, anywhere, and what to cite. */

import { html } from "vendor/htm";
import { Copyable, save, csv } from "../parts/take.js";
import { everyFigure } from "../parts/arrangements.js";
import { figure } from "../figures.js";
import { citation, commandLine, pythonText, stateJson } from "../reproduce.js";
import { interventionWords } from "../sentences.js";
import { Waiting } from "../parts/pickers.js";
import { counted, whole } from "../words.js";

const columns = ["arrangement", "metric", "mean", "se", "q05", "q25", "q50", "q75", "q95", "q05_se", "q95_se"];

function Reproduce({ app }) {
  const { run, study, backstop } = app.payload;
  const answer = app.answer.value;
  const name = study.name || "study";
  const figures = () => Object.fromEntries(Object.keys(answer.answers).map((key) => [key, {
    metrics: Object.fromEntries(app.payload.metrics.map((metric) => [metric.name, figure(app, answer, key, "metrics", metric.name)])),
    values: Object.fromEntries(app.payload.actors.map((actor) => [actor.name, figure(app, answer, key, "values", actor.name)])),
  }]));
  const link = `${globalThis.location.href.split("#")[0]}${app.address()}`;
  return html`<div><h1 id="screen-title" tabindex="-1">Get these numbers again</h1>
    <p>${interventionWords(app) || "Nothing has been set by hand: these are the figures of the study as it stands."}</p>
    <p class="quiet">The command and the Python give the figures of this page to the last bit, on any machine. Run them where the folder <code>${name}</code> is.</p>
    <${Copyable} app=${app} label="Command line" text=${commandLine(app)} />
    <${Copyable} app=${app} label="Python" text=${pythonText(app)} />
    <${Copyable} app=${app} label="Citation" text=${citation(app)} />
    <${Copyable} app=${app} label="Link to this state" text=${link} />
    <h2>Data</h2>
    ${answer === null ? html`<${Waiting} app=${app} />` : html`<p class="chips">
      <button type="button" class="chip" onClick=${() => save(`${name}.json`, JSON.stringify(stateJson(app, figures()), null, 1), "application/json")}>Everything shown, as JSON</button>
      <button type="button" class="chip" onClick=${() => save(`${name}.csv`, csv(columns, everyFigure(app, answer)), "text/csv")}>All figures, as CSV</button></p>`}
    <h2>What was run</h2>
    <dl>
      <dt>Study</dt><dd>${name}</dd>
      ${Object.entries(study.digests ?? { "scenario.yaml": study.digest }).map(([file, digest]) => html`<dt key=${file}>SHA-256 of ${file}</dt><dd><code>${digest}</code></dd>`)}
      <dt>Backstop</dt><dd>${backstop}</dd>
      <dt>Worlds</dt><dd>${counted(run.worlds, "world")}${run.out_of ? ` taken by their weights out of ${whole(run.out_of)}` : ""}, seed ${run.seed}${run.weighted ? `, by their weights worth ${Math.round(run.effective)}` : ", all of the same weight"}</dd>
      ${run.unconverged > 0 && html`<dt>Unsettled</dt><dd>${counted(run.unconverged, "world")} kept moving to the end of the tail; ${run.unconverged === 1 ? "it keeps its" : "they keep their"} last value</dd>`}
      <dt>Payoff shocks</dt><dd>read as ${run.information}</dd>
      ${run.command && html`<dt>The printed report</dt><dd><code>${run.command}</code>${run.reported && run.reported !== run.worlds ? ` (on ${counted(run.reported, "world")}: these worlds are fewer, so figures, and ends of ranges most, differ a little from those printed)` : ""}</dd>`}
      ${(run.notes ?? []).map((note, at) => html`<dt key=${`n${at}`}>To mind</dt><dd>${note}</dd>`)}
      <dt>Check</dt><dd>${app.check.value || "The figures of this page are being compared with those of Python."}</dd>
    </dl>
  </div>`;
}

export const screen = { name: "reproduce", title: "Reproduce", key: "r", served: false, render: (app) => html`<${Reproduce} app=${app} />` };
