/** The table of arrangements: the figures shown first, with the range of nine worlds in ten and how they moved. */

import { html } from "vendor/htm";
import { figure } from "../figures.js";
import { figureText, movedText } from "../pictures.js";
import { isChanged, isExact, metricOf } from "../sentences.js";
import { titleOf } from "../state.js";
import { cell, cellEnds, clause } from "../words.js";
import { Take } from "./take.js";

const PARTS = ["mean", "se", "q05", "q25", "q50", "q75", "q95", "q05_se", "q95_se"];

/** The metrics of the table: the one that leads, then those the study shows first. */
export function shownMetrics(app) {
  const lead = app.state.metric.value;
  const names = [lead, ...app.payload.headline.shown.filter((name) => name !== lead)];
  return names.map((name) => metricOf(app, name)).filter(Boolean).slice(0, 4);
}

/** Every figure without rounding, for a file. */
export function everyFigure(app, answer) {
  return Object.keys(answer.answers).flatMap((key) =>
    app.payload.metrics.map((metric) => {
      const of = figure(app, answer, key, "metrics", metric.name);
      return [key, metric.name, ...PARTS.map((part) => of?.[part] ?? "")];
    }),
  );
}

export function ArrangementTable({ app, answer, base, compact = false }) {
  const metrics = compact ? shownMetrics(app).slice(0, 2) : shownMetrics(app);
  const keys = Object.keys(answer.answers);
  const changed = isChanged(app) && base !== null;
  const focus = app.state.focus.value;
  const cases = metrics.some((metric) => metric.probability) ? "Cases in 100" : "Figures";
  const caption = isExact(app) ? cases : `${cases}: mean over worlds (plausible range, nine of ten worlds, its ends rounded to what so many worlds support)`;
  return html`<p class="caption">${caption}</p><div class="wide" tabindex="0" role="region" aria-label="Table of arrangements">
    <table class="arrangements" aria-label=${caption}>
      <thead><tr><td></td>${metrics.map((metric) => html`<th scope="col" key=${metric.name}>${clause(metric.title)}</th>`)}</tr></thead>
      <tbody>${keys.map((key) => html`<tr key=${key} class=${key === focus ? "in-focus" : ""}>
        <th scope="row"><button type="button" class="row-name" aria-pressed=${key === focus ? "true" : "false"} title="Look into this arrangement" onClick=${() => app.act.focus(key)}>${titleOf(app.payload, key, true)}</button></th>
        ${metrics.map((metric) => {
          const of = figure(app, answer, key, "metrics", metric.name);
          const by = changed ? movedText(app, answer, base, key, metric) : "";
          const range = cellEnds(metric, of);
          return html`<td key=${metric.name} title=${figureText(metric, of)}><span class="cell">${cell(metric, of)}</span>${range ? html` <span class="range">(${range})</span>` : ""}${by ? html` <span class=${`by ${by === "0" ? "same" : ""}`}><span class="away">, moved by </span>${by}</span>` : ""}</td>`;
        })}
      </tr>`)}</tbody>
    </table></div>
    ${changed && html`<p class="quiet">The last number of a cell is how far what was set moves the mean on the same worlds; of Yours, how far it is from what it is a copy of.</p>`}
    <${Take} app=${app} name="arrangements" title="Figures of all arrangements" table=${{ columns: ["arrangement", "metric", ...PARTS], rows: () => everyFigure(app, answer) }} />`;
}
