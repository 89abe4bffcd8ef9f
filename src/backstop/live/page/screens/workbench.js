/** The workbench: sliders on the left, two charts and the table on the right, one status line. */

import { html } from "vendor/htm";
import { useComputed } from "vendor/signals";
import { Control, standing } from "../parts/control.js";
import { CampPicker, FocusPicker, Intervention, MetricPicker, Select, Waiting, arrangementOptions } from "../parts/pickers.js";
import { Figure } from "../parts/figure.js";
import { ArrangementTable } from "../parts/arrangements.js";
import { InSight } from "../parts/sight.js";
import { Lamps } from "../parts/lamps.js";
import { PICTURES, gainsPicture, picture } from "../pictures.js";
import { headline, movedWords } from "../sentences.js";
import { SLOTS } from "../state.js";
import { counted } from "../words.js";

/** Controls in their groups: measures by who controls them, then assumptions by what they enter. */
function grouped(controls) {
  const found = new Map();
  for (const control of controls) {
    const name = `${control.kind}/${control.group}`;
    if (!found.has(name)) found.set(name, { name, kind: control.kind, title: control.group_title, controls: [] });
    found.get(name).controls.push(control);
  }
  return [...found.values()];
}

const plainText = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether a control has all words of a search in what is said of it. */
function matches(control, filter) {
  const text = plainText([control.name, control.title, control.short, control.unit, control.low, control.high, control.note, control.group_title].join(" "));
  return plainText(filter).split(/\s+/).every((word) => text.includes(word));
}

function Sliders({ app }) {
  const { payload, state, act } = app;
  const filter = state.filter.value.trim();
  const changedOnly = state.changedOnly.value;
  const isSet = useComputed(() => payload.controls.filter((control) => standing(app, control).set).map((control) => control.name).join(","));
  const set = new Set(isSet.value.split(",").filter(Boolean));
  const found = payload.controls.filter((control) => (!filter || matches(control, filter)) && (!changedOnly || set.has(control.name)));
  const groups = grouped(found);
  const own = state.own.value;
  return html`<div class="sliders" role="group" aria-label="Sliders">
    <div class="slider-tools">
      <label class="search" for="search"><span class="away">Search sliders</span>
        <input id="search" type="search" placeholder="Search sliders ( / )" autocomplete="off" value=${state.filter.value} onInput=${(event) => act.look({ filter: event.currentTarget.value })} /></label>
      <label class="check"><input type="checkbox" checked=${changedOnly} onChange=${(event) => act.look({ changedOnly: event.currentTarget.checked })} /> Changed only (${set.size})</label>
      <button type="button" class="plain" disabled=${set.size === 0} onClick=${act.resetAll}>Reset all</button>
    </div>
    <${CampPicker} app=${app} />
    ${found.length === 0 && html`<p class="quiet">${filter ? `No slider speaks of “${filter}”.` : "Nothing has been moved yet."}</p>`}
    ${groups.some((group) => group.kind === "measure") && html`<div class="kind-head"><h2>Yours: what can be promised</h2>
      <${Select} id="from" label="Begun as a copy of" value=${own?.from ?? state.focus.value} options=${arrangementOptions(app, false)} onPick=${(name) => act.begin(name)} />
      <p class="quiet">${own === null ? "Moving a measure begins an arrangement of your own, beside those of the study." : `Only “Yours” follows these sliders.`}
        ${own !== null && html` <button type="button" class="plain" onClick=${() => act.begin(null)}>Give Yours up</button>`}</p></div>`}
    ${groups.map((group, at) => html`${group.kind === "parameter" && groups[at - 1]?.kind !== "parameter" && html`<div class="kind-head"><h2>What is uncertain</h2>
        <p class="quiet">Moving one sets it in every world and under every arrangement: an intervention, in which worlds keep their weights.</p></div>`}
      <details class="group" key=${group.name} open=${Boolean(filter) || changedOnly || group.controls.length <= 8 || at < 2}>
        <summary>${group.title} <span class="quiet">${counted(group.controls.length, "slider")}${countSet(group, set)}</span></summary>
        ${group.controls.map((control) => html`<${Control} key=${control.name} app=${app} control=${control} />`)}
      </details>`)}
  </div>`;
}

const countSet = (group, set) => {
  const count = group.controls.filter((control) => set.has(control.name)).length;
  return count ? `, ${count} changed` : "";
};

function Slot({ app, at }) {
  const answer = app.answer.value;
  const slot = app.state.slots.value[at];
  const of = answer === null ? null : picture(app, slot, answer, app.base.value);
  return html`<section class="slot" aria-label=${at ? "Second chart" : "First chart"}>
    <${Select} id=${`slot-${at}`} label=${at ? "Second chart" : "First chart"} value=${slot} options=${SLOTS.map((name) => [name, PICTURES[name]])} onPick=${(name) => app.act.slot(at, name)} />
    ${of ? html`<${Figure} app=${app} of=${{ ...of, name: `${of.name}-${at}` }} key=${slot} />` : html`<p class="quiet">This study has nothing to draw here.</p>`}
  </section>`;
}

/** What the future is worth to each actor, unless one of the two charts is of it. */
function Gains({ app, answer }) {
  if (app.state.slots.value.includes("gains") || !app.payload.actors.length) return null;
  const solved = Object.values(answer.answers).every(({ values }) => Object.keys(values).length > 0);
  const of = solved ? gainsPicture(app, answer, app.base.value) : null;
  if (of === null && Object.keys(answer.answers).length < 2) return null;
  return html`<h2>Who gains and who loses</h2>${of ? html`<${Figure} app=${app} of=${of} />` : html`<p class="quiet">Solving…</p>`}`;
}

function Picture({ app }) {
  const answer = app.answer.value;
  if (answer === null) return html`<${Waiting} app=${app} />`;
  return html`<div class="charts">
    <${Intervention} app=${app} />
    <p class="lead" id="workbench-lead">${headline(app, answer)}</p>
    ${movedWords(app, answer, app.base.value) && html`<p class="moved">${movedWords(app, answer, app.base.value)}</p>`}
    <div class="pickers"><${MetricPicker} app=${app} /><${FocusPicker} app=${app} /></div>
    <div class="slots"><${Slot} app=${app} at=${0} /><${Slot} app=${app} at=${1} /></div>
    <${InSight} app=${app} moving=${answer.preview} draw=${() => html`<h2>All arrangements</h2><${ArrangementTable} app=${app} answer=${answer} base=${app.base.value} />`} />
  </div>`;
}

/** What stands under the table, on a phone under the sliders: what actors gain and lose, and the claims. */
function Under({ app }) {
  const answer = app.answer.value;
  if (answer === null) return null;
  return html`<div class="under">
    <${InSight} app=${app} name="gains" moving=${answer.preview} draw=${() => html`<${Gains} app=${app} answer=${answer} />`} />
    ${app.payload.claims.length > 0 && html`<${InSight} app=${app} name="lamps" moving=${answer.preview} draw=${() => html`<h2>The claims</h2><${Lamps} app=${app} brief />`} />`}
  </div>`;
}

const toSliders = (event) => {
  event.preventDefault();
  document.getElementById("search")?.focus();
};

export const screen = {
  name: "workbench",
  title: "Workbench",
  key: "w",
  served: false,
  wide: true,
  render: (app) => html`<div><h1 id="screen-title" tabindex="-1" class="small-title">Workbench</h1><p class="on-phone"><a href="#search" onClick=${toSliders}>To the sliders</a></p><div class="bench"><${Sliders} app=${app} /><${Picture} app=${app} /><${Under} app=${app} /></div></div>`,
};

