/** What is looked at: which figure, under which arrangement, as which camp would have it. */

import { html } from "vendor/htm";
import { holdsCamp, interventionWords } from "../sentences.js";
import { titleOf } from "../state.js";
import { YOURS } from "../link.js";

export function Select({ label, value, options, onPick, id }) {
  return html`<label class="select" for=${id}><span>${label}</span>
    <select id=${id} value=${value} onChange=${(event) => onPick(event.currentTarget.value)}>
      ${options.map(([name, text]) => html`<option key=${name} value=${name} selected=${name === value}>${text}</option>`)}
    </select></label>`;
}

export const MetricPicker = ({ app, id = "metric" }) => html`<${Select} id=${id} label="Figure" value=${app.state.metric.value}
  options=${app.payload.metrics.map((metric) => [metric.name, metric.title])} onPick=${app.act.metric} />`;

/** The arrangements there are, the reader's own last. */
export const arrangementOptions = (app, own = true) => [
  ...app.payload.arrangements.map(({ name, title }) => [name, title]),
  ...(own && app.state.own.value !== null ? [[YOURS, titleOf(app.payload, YOURS)]] : []),
];

export const FocusPicker = ({ app, id = "focus" }) => html`<${Select} id=${id} label="Looked into" value=${app.state.focus.value} options=${arrangementOptions(app)} onPick=${app.act.focus} />`;

/** A camp of experts: its middle values for all that it has a view on. */
export function CampPicker({ app }) {
  const { camps } = app.payload;
  if (!camps.length) return null;
  return html`<details class="group"><summary>At the middle of what a camp of experts holds</summary>
    <div class="chips">${camps.map((camp) => html`<button type="button" class="chip" key=${camp.name} aria-pressed=${holdsCamp(app, camp) ? "true" : "false"} title=${Object.keys(camp.set).map((name) => app.controls.get(name)?.title ?? name).join(", ")} onClick=${() => app.act.camp(camp.name)}>${camp.title}</button>`)}</div>
    <p class="quiet">Sets what the camp has a view on to the middle of that view, in every world alike; press again to let it vary. This is less than <code>--camp</code> on the command line, which draws worlds from the whole of that view and weighs them anew: its figures differ.</p>
  </details>`;
}

/** A word of the glossary where it stands, with its meaning a press away. */
export function Term({ app, term, children }) {
  return html`<button type="button" class="term" onClick=${() => (app.dialog.value = { kind: "term", term })}>${children}</button>`;
}

/** A sentence with the words of the glossary that it uses made into terms, each once. */
export function withTerms(app, text, terms) {
  const parts = [];
  let rest = text;
  for (const [words, term] of terms) {
    const at = rest.indexOf(words);
    if (at < 0 || !app.payload.glossary.some((entry) => entry.term === term)) continue;
    parts.push(rest.slice(0, at), html`<${Term} app=${app} term=${term}>${words}<//>`);
    rest = rest.slice(at + words.length);
  }
  return [...parts, rest];
}

/** That something was set by hand, and what that means. */
export function Intervention({ app }) {
  const words = interventionWords(app);
  return words && html`<div class="notice"><p>${withTerms(app, words, [["intervention", "intervention"], ["weights", "weight"]])} <button type="button" class="plain" onClick=${app.act.resetAll}>Reset all</button></p></div>`;
}

export const Waiting = ({ app }) => (app.failed.value
  ? html`<p class="wrong" role="alert">The study could not be solved: ${app.failed.value}</p>`
  : html`<p class="quiet">Solving…</p>`);
