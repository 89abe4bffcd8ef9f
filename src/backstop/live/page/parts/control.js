/** A slider with all that belongs to it: what its ends mean, where the study stands, what it rests on, a typed value. */

import { html } from "vendor/htm";
import { useComputed, useSignal } from "vendor/signals";
import { amount, exact } from "../words.js";
import { levelsOf } from "../state.js";

let drags = 0;
let burst = 0;
const BURST = 900;

/** What a slider stands at: {value, set, at} with `at` what the study has; null while it varies between worlds. */
export function standing(app, control) {
  if (control.kind === "parameter") {
    const value = app.state.sliders.value[control.name];
    return { value: value ?? control.default, set: value !== undefined, at: control.default };
  }
  const own = app.state.own.value;
  const from = levelsOf(app.payload, own?.from ?? app.state.focus.value)[control.name] ?? control.default;
  const value = own?.levels[control.name];
  return { value: value ?? from, set: value !== undefined, at: from };
}

/** Which of some values is nearest. */
const nearest = (values, value) => values.reduce((best, each, at) => (Math.abs(each - value) < Math.abs(values[best] - value) ? at : best), 0);

/** How a grade of evidence is said on a badge. */
export function badgeWords(control) {
  const count = control.evidence.length;
  if (count) return count === 1 ? "1 passage" : `${count} passages`;
  return control.basis.grade === "judgement" || !control.basis.grounds.length ? "judgement" : control.basis.grade;
}

export function Control({ app, control }) {
  const at = useComputed(() => JSON.stringify(standing(app, control)));
  const { value, set, at: first } = JSON.parse(at.value);
  const locked = app.state.locked.value.includes(control.name);
  const wrong = useSignal("");
  const { name, values } = control;
  const id = `control-${name}`;
  const parameter = control.kind === "parameter";
  const position = (of) => (values ? nearest(values, of) / Math.max(1, values.length - 1) : (of - control.minimum) / (control.maximum - control.minimum || 1));
  const take = (text) => app.act.set(name, values ? values[Number(text)] : Number(text), `${name}:${drags}`);
  const key = (event) => {
    if (event.key === "Backspace" || event.key === "Delete") return;
    clearTimeout(burst);
    burst = setTimeout(() => (drags += 1), BURST);
  };
  const begin = () => {
    drags += 1;
    app.act.drag(true);
  };
  const end = () => app.act.drag(false);
  const typed = (event) => {
    const text = event.currentTarget.value.trim();
    if (!text) {
      wrong.value = "";
      app.act.reset(name);
      return;
    }
    const number = Number(text.replace(/,/g, "").replace("−", "-"));
    if (!Number.isFinite(number)) wrong.value = `“${text.slice(0, 20)}” is no number.`;
    else if (number < control.minimum || number > control.maximum) wrong.value = `The range is ${exact(control.minimum)} to ${exact(control.maximum)}.`;
    else if (values && !values.includes(number)) wrong.value = `The study knows ${values.map(exact).join(", ")} here.`;
    else {
      wrong.value = "";
      drags += 1;
      app.act.set(name, number);
    }
  };
  const said = set ? amount(value, control.unit) : parameter ? `not set; varies between worlds around ${exact(value)}` : `${amount(value, control.unit)}, as in the copy`;
  return html`<div class=${`control ${set ? "is-set" : ""} ${locked ? "is-locked" : ""}`} data-control=${name}>
    <div class="control-head">
      <label for=${id}>${control.title}</label>
      ${!control.used && html`<span class="quiet"> (no figure depends on it)</span>`}
    </div>
    <div class="control-body">
      <div class="track">
        <span class="tick" aria-hidden="true" ref=${(element) => element?.style.setProperty("left", `calc(8px + (100% - 16px) * ${position(first).toFixed(4)})`)}></span>
        <input id=${id} type="range" disabled=${locked} aria-valuetext=${said} aria-describedby=${`${id}-ends`}
          min=${values ? 0 : control.minimum} max=${values ? values.length - 1 : control.maximum} step=${values ? 1 : control.step}
          value=${values ? nearest(values, value) : value}
          onPointerDown=${begin} onPointerUp=${end} onPointerCancel=${end} onBlur=${end} onKeyDown=${key}
          onDblClick=${() => app.act.reset(name)}
          onInput=${(event) => take(event.currentTarget.value)} />
      </div>
      <input class="typed" type="text" inputmode="decimal" autocomplete="off" aria-label=${`Value of ${control.title}`} disabled=${locked}
        aria-invalid=${wrong.value ? "true" : "false"} aria-describedby=${wrong.value ? `${id}-wrong` : undefined}
        placeholder=${parameter ? "varies" : ""} value=${set || !parameter ? exact(value) : ""} onChange=${typed} />
      <button type="button" class="icon" disabled=${!set || locked} aria-label=${`Reset ${control.title}`} title="Reset (Backspace)" onClick=${() => app.act.reset(name)}><${Icon} name="reset" /></button>
      <button type="button" class="icon" aria-pressed=${locked ? "true" : "false"} aria-label=${`Lock ${control.title}`} title=${locked ? "Unlock" : "Lock"} onClick=${() => app.act.lock(name)}><${Icon} name=${locked ? "locked" : "open"} /></button>
    </div>
    ${wrong.value && html`<p class="wrong" id=${`${id}-wrong`} role="alert">${wrong.value}</p>`}
    <div class="control-ends" id=${`${id}-ends`}><span>${control.low}</span><span>${control.high}</span></div>
    <div class="control-foot">
      <span class="control-state">${set ? html`<strong>${amount(value, control.unit)}</strong>${parameter ? ` in every world (middle of the study: ${exact(first)})` : ` (in the copy: ${exact(first)})`}` : parameter ? html`Varies from ${exact(control.minimum)} to ${exact(control.maximum)}` : html`${amount(value, control.unit)}`}</span>
      <button type="button" class="badge" onClick=${() => (app.dialog.value = { kind: "evidence", control: name })} aria-label=${`What ${control.title} rests on: ${badgeWords(control)}`}>${badgeWords(control)}</button>
    </div>
  </div>`;
}

const PATHS = {
  reset: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3",
  locked: "M4 7.5h8v6H4ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  open: "M4 7.5h8v6H4ZM5.5 7.5V5a2.5 2.5 0 0 1 4.8-1",
  undo: "M5 3L2 6l3 3M2 6h7a4 4 0 0 1 0 8H6",
  redo: "M11 3l3 3l-3 3M14 6H7a4 4 0 0 0 0 8h3",
  link: "M6.5 9.5a2.5 2.5 0 0 0 3.5 0l2.5-2.5a2.5 2.5 0 0 0-3.5-3.5l-1 1M9.5 6.5a2.5 2.5 0 0 0-3.5 0L3.5 9a2.5 2.5 0 0 0 3.5 3.5l1-1",
  dark: "M13 9.5A5.5 5.5 0 1 1 6.5 3A4.5 4.5 0 0 0 13 9.5Z",
  light: "M8 5a3 3 0 1 0 .01 0ZM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  keys: "M6 6a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1.1M8 11.5v.5M8 1.8a6.2 6.2 0 1 0 .01 0Z",
  close: "M4 4l8 8M12 4l-8 8",
};

/** A small picture on a button whose name is said beside it. */
export function Icon({ name }) {
  return html`<svg class="glyph" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
