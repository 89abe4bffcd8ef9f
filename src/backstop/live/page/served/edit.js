/** The scenario's text: errors in words beside their lines, solved anew when it is sound, saved as a new file. */

import { html } from "vendor/htm";
import { useEffect, useRef } from "vendor/hooks";
import { signal } from "vendor/signals";
import { promised } from "../reproduce.js";
import { counted } from "../words.js";
import { Faulty, ask, reach, sentence, wordsOf } from "./client.js";

const REST = 500;
const KEPT = "backstop-draft";

/** The text being edited: {text, base, digest}; null until it is fetched. `base` is the text it was made from. */
const draft = signal(null);
/** The last check: {ok, faults, notes, of}; `of` is the text that was checked. */
const check = signal(null);
const wrong = signal("");
const said = signal("");
const busy = signal(false);
/** What somebody else has changed meanwhile: the server's answer. */
const clash = signal(null);
const name = signal("");
const info = signal(null);

/** The draft as this browser keeps it, so that it outlives a reload and a server that is away. */
function keep() {
  try {
    if (draft.value && draft.value.text !== draft.value.base) sessionStorage.setItem(KEPT, JSON.stringify(draft.value));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // A browser that keeps nothing still has the text in its field.
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}

async function load(force = false) {
  try {
    const found = await ask("GET", "/api/scenario");
    info.value = found;
    if (!name.value) name.value = found.free_name;
    const before = force ? null : draft.value ?? kept();
    if (before && typeof before.text === "string" && before.text !== before.base) {
      draft.value = { text: before.text, base: before.base, digest: before.digest };
      if (before.digest !== found.digest) said.value = "This is what you had written. The scenario has another version by now: when you apply or save, you will see what has changed.";
    } else {
      draft.value = { text: found.text, base: found.text, digest: found.digest };
    }
    wrong.value = "";
  } catch (error) {
    wrong.value = wordsOf(error);
  }
}

let waiting = 0;
let asked = 0;

function write(text) {
  draft.value = { ...draft.value, text };
  keep();
  clearTimeout(waiting);
  waiting = setTimeout(look, REST);
}

/** Have the text checked; only the newest answer counts. */
async function look() {
  const mine = ++asked;
  const { text } = draft.value;
  try {
    const found = await ask("POST", "/api/scenario/check", { text });
    if (mine === asked) check.value = { ...found, of: text };
  } catch (error) {
    if (mine === asked) wrong.value = wordsOf(error);
  }
}

/** Do something with the text that may find it changed by somebody else. */
async function change(work) {
  busy.value = true;
  wrong.value = "";
  said.value = "";
  try {
    return await work();
  } catch (error) {
    if (error instanceof Faulty && error.status === 409 && "text" in error.answer) clash.value = error.answer;
    else if (error instanceof Faulty && error.status === 422 && error.faults.some((fault) => fault.line)) check.value = { ok: false, faults: error.faults, notes: [], of: draft.value.text };
    wrong.value = wordsOf(error);
    return null;
  } finally {
    busy.value = false;
  }
}

/** Show the new answer: the page is loaded again, its sliders stand in its address. */
function shown(app, found) {
  draft.value = { text: found.text, base: found.text, digest: found.digest };
  keep();
  if (found.digest !== app.payload.served.digest) {
    try {
      sessionStorage.setItem("backstop-said", `The scenario was taken and solved anew${found.file_written ? `, and saved as ${found.file_written}` : ""}.`);
    } catch {
      // Nothing is said after the reload then.
    }
    globalThis.location.replace(globalThis.location.href.replace(/([#&])of=[0-9a-f]*/, `$1of=${found.digest.slice(0, 8)}`));
    globalThis.location.reload();
  }
}

const apply = (app) => change(async () => {
  const { text, base, digest } = draft.value;
  shown(app, await ask("POST", "/api/scenario/apply", { text, base, digest }));
});

const save = (app, broken) => change(async () => {
  const { text, base, digest } = draft.value;
  const found = await ask("POST", "/api/scenario/save", { text, base, digest, name: name.value, broken });
  said.value = `Saved as ${found.file_written}.${found.sound ? "" : " It has errors still, so the answer shown is that of the last sound text."}`;
  name.value = found.free_name;
  if (found.sound) shown(app, found);
  else draft.value = { ...draft.value, base: text };
  keep();
});

const sliders = (app) => change(async () => {
  const levels = promised(app);
  const body = { text: draft.value.text, set: app.state.sliders.value, levels, title: "Yours", name: levels && app.payload.arrangements.some((each) => each.name === "yours") ? "yours_2" : "yours" };
  const found = await ask("POST", "/api/scenario/sliders", body);
  draft.value = { ...draft.value, text: found.text };
  check.value = { ok: found.ok, faults: found.faults, notes: found.notes, of: found.text };
  said.value = `Your sliders were put into the text: ${found.said.join("; ")}. As fixed values of the file they are assumptions: worlds are drawn with them and weighed anew, so figures may differ from those of the sliders, which keep the weights. Nothing is saved yet.`;
  keep();
});

/** Put the caret on a line of the text. */
function go(field, line) {
  if (!field || !line) return;
  const lines = field.value.split("\n");
  const begin = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  field.focus();
  field.setSelectionRange(begin, begin + (lines[line - 1]?.length ?? 0));
  field.scrollTop = Math.max(0, (line - 6) * lineHeight(field));
}

const lineHeight = (field) => parseFloat(getComputedStyle(field).lineHeight) || 18;

/** The errors at their height beside the text. */
function Margin({ field, faults, top, height }) {
  const at = new Map();
  for (const fault of faults) if (fault.line) at.set(fault.line, [...(at.get(fault.line) ?? []), fault]);
  return html`<div class="margin" aria-hidden="true">${[...at].map(([line, of]) => html`<button key=${line} type="button" tabindex="-1" class="flag" title=${of.map(sentence).join(" ")}
    ref=${(element) => element?.style.setProperty("top", `${(line - 1) * height - top + 6}px`)} onClick=${() => go(field.current, line)}>${line}</button>`)}</div>`;
}

function Clash({ app }) {
  const now = clash.value;
  if (now === null) return null;
  const take = (text) => {
    draft.value = { text, base: now.text, digest: now.digest };
    clash.value = null;
    wrong.value = "";
    keep();
    look();
  };
  const block = (change, at) => html`<li key=${at}>Line ${change.line}<pre class="was">${change.was || "(nothing)"}</pre><pre class="is">${change.is || "(nothing)"}</pre></li>`;
  return html`<section class="notice warn" aria-label="Changed by somebody else">
    <h2>Somebody else has changed the scenario since you began</h2>
    <p>Nothing of yours is lost: your text stands below. They changed:</p><ul class="changes">${now.changes.map(block)}</ul>
    <p>You changed:</p><ul class="changes">${now.yours.map(block)}</ul>
    <p class="chips">${now.merged !== null && html`<button type="button" class="chip" onClick=${() => take(now.merged)}>Put both together</button>`}
      <button type="button" class="chip" onClick=${() => take(draft.value.text)}>Keep my text, in place of theirs</button>
      <button type="button" class="chip" onClick=${() => take(now.text)}>Take their text, and give mine up</button></p>
    ${now.merged === null && html`<p>Both have changed the same lines, so they cannot be put together by themselves. You can also save yours as a new file of its own.</p>`}
  </section>`;
}

/** How a served page says after a reload what was done before it. */
function remembered() {
  try {
    const text = sessionStorage.getItem("backstop-said") ?? "";
    sessionStorage.removeItem("backstop-said");
    return text;
  } catch {
    return "";
  }
}

const scrolled = signal(0);

function Edit({ app }) {
  const field = useRef(null);
  useEffect(() => {
    if (!said.value) said.value = remembered();
    load();
    const stay = (event) => {
      if (draft.value && draft.value.text !== draft.value.base && kept() === null) event.preventDefault();
    };
    globalThis.addEventListener("beforeunload", stay);
    return () => globalThis.removeEventListener("beforeunload", stay);
  }, []);
  if (draft.value === null) return html`<div><h1 id="screen-title" tabindex="-1">Scenario</h1><p class=${wrong.value ? "wrong" : "quiet"}>${wrong.value || "The text is being fetched."}</p></div>`;
  const { text, base } = draft.value;
  const found = check.value;
  const faults = found && found.of === text ? found.faults : found?.faults ?? [];
  const stale = found !== null && found.of !== text;
  const edited = text !== base;
  const away = reach.value !== "here";
  const moved = app.state.changed.value > 0 || app.state.own.value !== null;
  const height = field.current ? lineHeight(field.current) : 18;
  const tab = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      apply(app);
    }
  };
  return html`<div><h1 id="screen-title" tabindex="-1">Scenario</h1>
    <p>The text of <code>${info.value?.file}</code>${info.value?.edited ? (info.value.saved_as ? ` as changed and saved in ${info.value.saved_as}` : " as changed here, in no file yet") : ""}. The file itself is never written on: what you change is saved as a new one, with its comments.</p>
    <${Clash} app=${app} />
    <div role="status">${said.value && html`<p class="notice">${said.value}</p>`}${wrong.value && html`<p class="wrong">${wrong.value}</p>`}</div>
    <div class="editor"><${Margin} field=${field} faults=${faults} top=${scrolled.value} height=${height} />
      <textarea ref=${field} id="scenario-text" aria-label="Text of the scenario" rows="30" wrap="off" spellcheck="false" autocomplete="off" value=${text} aria-describedby="scenario-faults"
        onInput=${(event) => write(event.currentTarget.value)} onKeyDown=${tab} onScroll=${(event) => (scrolled.value = event.currentTarget.scrollTop)}></textarea></div>
    <div id="scenario-faults" role="status">${found === null ? "" : faults.length === 0 ? html`<p class="quiet">${stale ? "Being checked." : `No errors. ${found.notes.length ? counted(found.notes.length, "note") : ""}`}</p>` : html`<p class="wrong">${counted(faults.length, "error")}${stale ? " at the last check" : ""}. The last answer that was sound is still shown.</p>
      <ul class="faults">${faults.map((fault, at) => html`<li key=${at}>${fault.line ? html`<button type="button" class="plain" onClick=${() => go(field.current, fault.line)}>Line ${fault.line}</button>${fault.path ? html` <code>${fault.path}</code>` : ""}: ` : ""}${sentence(fault)}</li>`)}</ul>`}
      ${found && found.notes.length > 0 && html`<details><summary>${counted(found.notes.length, "note")}</summary><ul>${found.notes.map((fault, at) => html`<li key=${at}>${fault.line ? `Line ${fault.line}: ` : ""}${sentence(fault)}</li>`)}</ul></details>`}</div>
    <p class="chips"><button type="button" class="chip go" disabled=${busy.value || away || !edited} onClick=${() => apply(app)} title="Ctrl+Enter">Apply and solve anew</button>
      <button type="button" class="chip" disabled=${!edited} onClick=${() => { load(true); check.value = null; clash.value = null; said.value = ""; }}>Give up my changes</button>
      <button type="button" class="chip" disabled=${busy.value || away || !moved} onClick=${() => sliders(app)}>Put my sliders into the text</button></p>
    <form class="save" onSubmit=${(event) => { event.preventDefault(); save(app, false); }}><p class="field"><label for="save-name">Save as a new file called</label><input type="text" id="save-name" value=${name.value} spellcheck="false" autocomplete="off" onInput=${(event) => (name.value = event.currentTarget.value)} />
      <button type="submit" class="chip" disabled=${busy.value || away}>Save</button>
      ${faults.length > 0 && html`<button type="button" class="chip" disabled=${busy.value || away} onClick=${() => save(app, true)}>Save with its errors</button>`}</p></form>
  </div>`;
}

export const screen = { name: "edit", title: "Scenario", key: "t", served: true, wide: true, render: (app) => html`<${Edit} app=${app} />` };
