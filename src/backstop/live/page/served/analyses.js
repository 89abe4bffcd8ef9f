/** Analyses: what needs Python, asked of the server with the sliders as they stand, followed, stopped, and shown. */

import { html } from "vendor/htm";
import { useEffect } from "vendor/hooks";
import { signal } from "vendor/signals";
import { Copyable } from "../parts/take.js";
import { promised } from "../reproduce.js";
import { interventionWords } from "../sentences.js";
import { counted, whole } from "../words.js";
import { ShownFigure } from "./shown_figure.js";
import { Faulty, ask, news, reach, sentence, wordsOf } from "./client.js";

/** The forms that the server offers; null until they are known. */
const forms = signal(null);
const chosen = signal("assess");
/** What the forms are filled in with: {analysis: {field: value}}. */
const filled = signal({});
const faults = signal([]);
const busy = signal(false);
/** Results of jobs that have ended, by id. */
const results = signal({});
const asking = new Set();

/** The sliders as the server takes them. */
function settingsOf(app) {
  return { set: app.state.sliders.value, yours: promised(app) };
}

/** Settings in an order of their own, so that two can be compared. */
function canonical({ set = {}, yours = null }) {
  const sorted = (of) => (of === null ? null : Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify([sorted(set), sorted(yours)]);
}

async function load() {
  try {
    forms.value = (await ask("GET", "/api/analyses")).analyses;
  } catch (error) {
    faults.value = error instanceof Faulty ? error.faults : [{ what: wordsOf(error) }];
  }
}

async function start(app, body, replaces) {
  busy.value = true;
  faults.value = [];
  try {
    await ask("POST", "/api/jobs", { ...body, ...(replaces ? { replaces } : {}), settings: settingsOf(app), digest: app.payload.served.digest });
  } catch (error) {
    faults.value = error instanceof Faulty ? error.faults : [{ what: wordsOf(error) }];
  } finally {
    busy.value = false;
  }
}

const change = (analysis, name, value) => {
  filled.value = { ...filled.value, [analysis]: { ...filled.value[analysis], [name]: value } };
};

/** What a form says, as the server takes it: what is left empty is left out. */
function optionsOf(form, given) {
  const found = {};
  for (const field of form.fields) {
    const value = given[field.name] ?? (field.usual === null ? undefined : field.usual);
    if (value === undefined || value === "" || value === false || (Array.isArray(value) && !value.length)) continue;
    if (field.kind === "number" || field.kind === "whole") found[field.name] = numberOf(value);
    else found[field.name] = field.many && !Array.isArray(value) ? [value] : value;
  }
  return found;
}

/** A number that was typed, or the text itself, which the server then explains. */
function numberOf(value) {
  const number = Number(String(value).trim());
  return String(value).trim() !== "" && Number.isFinite(number) ? number : value;
}

function namesOf(app, field) {
  const own = field.kind === "arrangement" && promised(app) !== null ? [{ name: "yours", title: "Yours" }] : [];
  return [...field.names, ...own];
}

function Field({ app, form, field, value }) {
  const id = `field-${form.name}-${field.name}`;
  const wrong = faults.value.filter((fault) => fault.path === field.name);
  const described = [field.hint && `${id}-hint`, wrong.length && `${id}-wrong`].filter(Boolean).join(" ") || undefined;
  const put = (next) => change(form.name, field.name, next);
  const about = html`${field.hint && html`<span class="quiet" id=${`${id}-hint`}>${field.hint}</span>`}${wrong.length > 0 && html`<span class="wrong" id=${`${id}-wrong`}>${wrong.map(sentence).join(" ")}</span>`}`;
  if (field.kind === "flag")
    return html`<p class="field"><label class="check"><input type="checkbox" id=${id} checked=${value === true} onChange=${(event) => put(event.currentTarget.checked)} /> ${field.title}</label>${about}</p>`;
  const names = namesOf(app, field);
  if (field.many && names.length) {
    const now = Array.isArray(value) ? value : value ? [value] : [];
    const turn = (name, on) => put(on ? [...now, name] : now.filter((each) => each !== name));
    return html`<details class="field many" open=${wrong.length > 0}><summary>${field.title}: ${now.length ? names.filter(({ name }) => now.includes(name)).map(({ title }) => title).join(", ") : field.hint || "none"}</summary>
      <fieldset><legend class="away">${field.title}</legend>${names.map(({ name, title }) => html`<label key=${name} class="check"><input type="checkbox" checked=${now.includes(name)} onChange=${(event) => turn(name, event.currentTarget.checked)} /> ${title}</label>`)}</fieldset>${wrong.length > 0 && html`<span class="wrong">${wrong.map(sentence).join(" ")}</span>`}</details>`;
  }
  if (names.length)
    return html`<p class="field"><label for=${id}>${field.title}</label><select id=${id} value=${value ?? ""} aria-describedby=${described} onChange=${(event) => put(event.currentTarget.value)}>
      ${!field.required && field.usual === null && html`<option value="">${field.hint || "none"}</option>`}${names.map(({ name, title }) => html`<option key=${name} value=${name}>${title}</option>`)}</select>${wrong.length > 0 && about}</p>`;
  return html`<p class="field"><label for=${id}>${field.title}${field.required ? "" : " (if wanted)"}</label><input type="text" id=${id} value=${value ?? ""} required=${field.required} aria-describedby=${described} aria-invalid=${wrong.length > 0}
    inputmode=${field.kind === "expression" ? undefined : "decimal"} spellcheck="false" autocomplete="off" onInput=${(event) => put(event.currentTarget.value)} />${about}</p>`;
}

function Form({ app, form }) {
  const given = filled.value[form.name] ?? {};
  const worlds = given.worlds ?? String(form.worlds);
  const elsewhere = faults.value.filter((fault) => !form.fields.some((field) => field.name === fault.path));
  const send = (event) => {
    event.preventDefault();
    const { worlds: _, ...rest } = given;
    start(app, { analysis: form.name, options: optionsOf(form, rest), worlds: Number(worlds) || form.worlds, seed: app.payload.run.seed });
  };
  const change_worlds = (event) => change(form.name, "worlds", event.currentTarget.value);
  return html`<form class="ask" onSubmit=${send} noValidate>
    <h2>${form.title}</h2><p class="quiet">${form.about}</p>
    ${form.fields.map((field) => html`<${Field} key=${field.name} app=${app} form=${form} field=${field} value=${given[field.name] ?? field.usual ?? undefined} />`)}
    <p class="field"><label for="field-worlds">Worlds</label><input type="text" id="field-worlds" inputmode="numeric" value=${worlds} onInput=${change_worlds} /></p>
    ${elsewhere.length > 0 && html`<p class="wrong" role="alert">${elsewhere.map(sentence).join(" ")}</p>`}
    <p><button type="submit" class="chip go" disabled=${busy.value || reach.value !== "here"}>Run</button></p>
  </form>`;
}

const STATES = { waiting: "waits for its turn", running: "running", done: "done", failed: "could not be done", cancelled: "stopped" };

function Progress({ job }) {
  const seconds = job.seconds < 90 ? `${Math.round(job.seconds)} s` : `${Math.round(job.seconds / 60)} min`;
  const share = job.total > 0 ? Math.floor((100 * job.done) / job.total) : null;
  return html`<p class="progress"><progress max="100" value=${share ?? undefined} aria-label=${`${job.title}: ${job.label || "starting"}`}></progress> <span class="quiet">${job.label || "starting"}${share === null ? "" : `, ${share} %`}, ${seconds}</span></p>`;
}

const MOST_ROWS = 15;
const opened = signal({});

function ShownTable({ table, id }) {
  const all = opened.value[id] || table.rows.length <= MOST_ROWS;
  const rows = all ? table.rows : table.rows.slice(0, MOST_ROWS);
  return html`<div class="wide" tabindex="0" role="region" aria-label=${table.title || "Table"}><table><caption>${table.title}</caption>
    <thead><tr>${table.columns.map((name, at) => html`<th key=${at} scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map((row, at) => html`<tr key=${at}>${row.map((cell, column) => (column === 0 ? html`<th key=${column} scope="row">${cell}</th>` : html`<td key=${column}>${cell}</td>`))}</tr>`)}</tbody></table></div>
    ${!all && html`<p><button type="button" class="plain" onClick=${() => (opened.value = { ...opened.value, [id]: true })}>All ${whole(table.rows.length)} rows</button></p>`}
    ${table.note && html`<p class="quiet">${table.note}</p>`}`;
}

function Result({ app, job }) {
  const found = results.value[job.id];
  if (!found) return html`<p class="quiet">Its result is being fetched.</p>`;
  const { shown } = found;
  const [first, ...others] = shown?.tables ?? [];
  return html`<div>
    ${(shown?.lines ?? []).map((line, at) => html`<p key=${at}>${line}</p>`)}
    ${(shown?.figures ?? []).map((figure) => html`<${ShownFigure} key=${figure.name} app=${app} of=${figure} />`)}
    ${first && html`<${ShownTable} table=${first} id=${`${job.id}-0`} />`}
    ${others.length > 0 && html`<details><summary>${counted(others.length, "more table")}</summary>${others.map((table, at) => html`<${ShownTable} key=${at} table=${table} id=${`${job.id}-${at + 1}`} />`)}</details>`}
    ${(shown?.sections ?? []).length > 0 && html`<details><summary>What can be said of each</summary>${shown.sections.map((section) => html`<h4 key=${section.title}>${section.title}</h4>${section.lines.map((line, at) => html`<p key=${at}>${line}</p>`)}`)}</details>`}
    <p class="take">${shown && html`<a href=${`/api/jobs/${job.id}/result`} download=${`${job.analysis}.json`}>The whole answer as JSON</a>`}
      ${job.files.map((name) => html`<a key=${name} href=${`/api/jobs/${job.id}/files/${name}`} download=${name}>${name}</a>`)}</p>
  </div>`;
}

function Job({ app, job }) {
  const over = ["done", "failed", "cancelled"].includes(job.state);
  const other = canonical(job.settings) !== canonical(settingsOf(app));
  const old = job.digest !== app.payload.served.digest;
  const again = () => start(app, job.asked, over ? undefined : job.id);
  const stop = () => ask("POST", `/api/jobs/${job.id}/cancel`, {}).catch((error) => app.act.say(wordsOf(error)));
  const forget = () => ask("DELETE", `/api/jobs/${job.id}`).catch((error) => app.act.say(wordsOf(error)));
  return html`<article class="entry job" data-job=${job.id} data-state=${job.state}><h3>${job.title} <span class="tag">${STATES[job.state]}</span></h3>
    ${!over && html`<${Progress} job=${job} /><p><button type="button" class="chip" onClick=${stop}>Stop</button></p>`}
    ${(other || old) && html`<p class="moved">${old ? "This is of another text of the scenario than the one shown." : "This was asked with other settings than the sliders have now."} <button type="button" class="plain" onClick=${again}>${over ? "Run again" : "Stop and run again"} with what is set now</button></p>`}
    ${job.state === "done" && html`<${Result} app=${app} job=${job} />`}
    ${job.lines.length > 0 && html`<ul class=${job.state === "failed" ? "faults" : "quiet"}>${job.lines.map((line, at) => html`<li key=${at}>${line}</li>`)}</ul>`}
    <${Copyable} app=${app} label=${job.unsaved ? "Command line, once the scenario is saved" : "Command line"} text=${job.command} />
    ${over && html`<p><button type="button" class="plain" onClick=${forget}>Forget this</button></p>`}
  </article>`;
}

/** Fetch the results of jobs that have ended, and say that they have. */
function gather(app, jobs) {
  for (const job of jobs) {
    if (job.state !== "done" || results.value[job.id] || asking.has(job.id)) continue;
    asking.add(job.id);
    ask("GET", `/api/jobs/${job.id}`)
      .then((found) => {
        results.value = { ...results.value, [job.id]: found };
        app.act.say(`${job.title}: done.`);
      })
      .catch((error) => app.act.say(wordsOf(error)))
      .finally(() => asking.delete(job.id));
  }
}

function Analyses({ app }) {
  const jobs = [...(news.value?.jobs ?? [])].reverse();
  useEffect(() => {
    if (forms.value === null) load();
  }, [reach.value]);
  useEffect(() => gather(app, jobs), [news.value]);
  const form = forms.value?.find((each) => each.name === chosen.value) ?? forms.value?.[0];
  return html`<div><h1 id="screen-title" tabindex="-1">Analyses</h1>
    <p>${interventionWords(app) || "Nothing has been set by hand: analyses are of the study as it stands."} Each is a command that runs on this machine, with its own words beside it; its figures are the command's.</p>
    <div class="bench asking"><div class="sliders">
      ${forms.value === null ? html`<p class="quiet">The forms are being fetched.</p>` : html`<div class="chips" role="group" aria-label="Analyses">${forms.value.map((each) => html`<button key=${each.name} type="button" class="chip" aria-pressed=${each === form} onClick=${() => { chosen.value = each.name; faults.value = []; }}>${each.title}</button>`)}</div>`}
      ${form && html`<${Form} key=${form.name} app=${app} form=${form} />`}
    </div><div class="charts" aria-live="off">
      ${jobs.length === 0 ? html`<p class="quiet">Nothing has been asked yet.</p>` : jobs.map((job) => html`<${Job} key=${job.id} app=${app} job=${job} />`)}
    </div></div></div>`;
}

export const screen = { name: "analyses", title: "Analyses", key: "n", served: true, wide: true, render: (app) => html`<${Analyses} app=${app} />` };
