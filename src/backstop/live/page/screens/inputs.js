/** Inputs: every measure and assumption, what it rests on, and what uses it. */

import { html } from "vendor/htm";
import { badgeWords, standing } from "../parts/control.js";
import { PassageCard } from "../parts/dialogs.js";
import { Take } from "../parts/take.js";
import { amount, counted, exact, stop } from "../words.js";

/** Where the range, the middle and what is set lie, as a line. */
function Range({ app, control }) {
  const { value, set } = standing(app, control);
  const at = control.default;
  const place = (of) => 6 + 228 * ((of - control.minimum) / (control.maximum - control.minimum || 1));
  return html`<svg class="range-line" viewBox="0 0 240 22" width="240" height="22" role="img" aria-label=${`From ${exact(control.minimum)} to ${exact(control.maximum)}, ${control.kind === "measure" ? "if nothing is said" : "middle"} ${exact(at)}${set ? `, set to ${exact(value)}` : ""}`}>
    <line x1="6" x2="234" y1="11" y2="11" /><path class="middle" d=${`M${place(at)} 4v14`} />
    ${set && html`<circle class="mark c-blue" cx=${place(value)} cy="11" r="5.5" />`}
  </svg>`;
}

function Entry({ app, control }) {
  const passages = control.evidence.map((id) => app.payload.passages.find((each) => each.id === id)).filter(Boolean);
  return html`<article class="entry" id=${`input-${control.name}`}>
    <h3>${control.title} <span class="mark">${badgeWords(control)}</span></h3>
    <${Range} app=${app} control=${control} />
    <dl>
      <dt>${control.kind === "measure" ? "Can be promised" : "Range"}</dt><dd>${amount(control.minimum, "")} to ${amount(control.maximum, control.unit)}${/[=,;]/.test(control.unit) ? ` (${control.unit})` : ""}; ${control.kind === "measure" ? "if nothing is said" : "middle"} ${exact(control.default)}</dd>
      <dt>Low end</dt><dd>${control.low}</dd><dt>High end</dt><dd>${control.high}</dd>
      ${Object.keys(control.camps ?? {}).length > 0 && html`<dt>By camp</dt><dd>${Object.entries(control.camps).map(([camp, middle]) => `${camp.replace(/_/g, " ")}: ${exact(middle)}`).join("; ")}</dd>`}
      ${control.note && html`<dt>Note</dt><dd>${stop(control.note)}</dd>`}
      <dt>Rests on</dt><dd>${control.basis.grounds.length ? control.basis.grounds.map((ground) => html`<span key=${ground.id}><span class="tag">${ground.grade}</span> ${ground.text || ground.id} </span>`) : "the judgement of whoever wrote the study"}</dd>
      <dt>Used by</dt><dd>${usedBy(control)}</dd>
    </dl>
    ${passages.length > 0 && html`<details><summary>${counted(passages.length, "passage")}</summary>${passages.map((passage) => html`<${PassageCard} key=${passage.id} app=${app} passage=${passage} />`)}</details>`}
    <p><button type="button" class="plain" onClick=${() => {
      app.act.look({ screen: "workbench", filter: control.name, changedOnly: false });
    }}>Move it in the workbench<span class="away">: ${control.title}</span></button></p>
  </article>`;
}

const usedBy = (control) => {
  if (!control.used) return "nothing that a figure depends on";
  return control.used_by?.length ? control.used_by.join("; ") : "the figures of the study";
};

function Inputs({ app }) {
  const { controls } = app.payload;
  const filter = app.state.filter.value.trim().toLowerCase();
  const found = controls.filter((control) => !filter || [control.name, control.title, control.note, control.short].join(" ").toLowerCase().includes(filter));
  const kinds = [["measure", "What can be promised"], ["parameter", "What is uncertain"]];
  const weak = controls.filter((control) => control.kind === "parameter" && !control.evidence.length && control.basis.grounds.every((ground) => ground.kind === "judgement")).length;
  const data = { columns: ["name", "kind", "title", "unit", "low", "high", "middle", "grade", "note"], rows: controls.map((c) => [c.name, c.kind, c.title, c.unit, c.minimum, c.maximum, c.default, c.basis.grade, c.note]) };
  return html`<div><h1 id="screen-title" tabindex="-1">Inputs</h1>
    <p>${counted(controls.filter((c) => c.kind === "measure").length, "measure")} that can be promised and ${counted(controls.filter((c) => c.kind === "parameter").length, "uncertain assumption")}, of which ${weak} ${weak === 1 ? "rests" : "rest"} on judgement alone.</p>
    <div class="slider-tools"><label class="search" for="search"><span class="away">Search inputs</span><input id="search" type="search" placeholder="Search inputs ( / )" autocomplete="off" value=${app.state.filter.value} onInput=${(event) => app.act.look({ filter: event.currentTarget.value })} /></label>
    <${Take} app=${app} name="inputs" title="All inputs" table=${data} /></div>
    ${found.length === 0 && html`<p class="quiet">No input speaks of “${app.state.filter.value}”.</p>`}
    ${kinds.map(([kind, title]) => {
      const of = found.filter((control) => control.kind === kind);
      return of.length > 0 && html`<section key=${kind} aria-labelledby=${`kind-${kind}`}><h2 id=${`kind-${kind}`}>${title}</h2>${of.map((control) => html`<${Entry} key=${control.name} app=${app} control=${control} />`)}</section>`;
    })}
  </div>`;
}

export const screen = { name: "inputs", title: "Inputs", key: "i", served: false, render: (app) => html`<${Inputs} app=${app} />` };
