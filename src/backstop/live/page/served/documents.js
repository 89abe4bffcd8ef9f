/** The dossier: the list of documents, what is looked for in them, and the one that is open. */

import { html } from "vendor/htm";
import { useEffect, useRef } from "vendor/hooks";
import { useSignal } from "vendor/signals";
import { news, sentence } from "./client.js";
import { again, chosen, coding, done, draft, load, openSlider, opened, overview, problem, read, search, setDraft, settle } from "./dossier.js";
import { CodingForm } from "./coding_form.js";
import { DocumentView } from "./document.js";
import { Intake } from "./intake.js";

/** Where the address says the reader is: {document, statement, start, end}. */
export function placeOf(at) {
  const [document = "", rest = ""] = (at ?? "").split("/");
  const span = /^@(\d+)-(\d+)$/.exec(rest);
  return { document, statement: span ? "" : rest, start: span ? Number(span[1]) : null, end: span ? Number(span[2]) : null };
}

/** What was done, what went wrong, and a coding that waits. */
export function Notices() {
  const wrong = problem.value;
  const what = done.value;
  const waiting = draft.value !== null && !coding.value;
  return html`<div class="dossier-notices">
    ${wrong && html`<div class="notice warn" role="alert">${wrong.map((fault) => html`<p key=${fault.what}>${fault.file ? `${fault.file}${fault.line ? `, line ${fault.line}` : ""}: ` : ""}${sentence(fault)}</p>`)}<button type="button" class="plain" onClick=${() => again()}>Try again</button></div>`}
    ${what && html`<p role="status" class="notice">${what.text} ${what.undo && html`<button type="button" class="plain" onClick=${() => what.undo()}>Undo</button>`} <button type="button" class="icon" aria-label="Close this note" onClick=${() => (done.value = null)}>×</button></p>`}
    ${waiting && html`<p class="notice">A coding of ${draft.value.statement ?? draft.value.source} is not saved. <button type="button" class="plain" onClick=${() => (coding.value = true)}>Go on</button> <button type="button" class="plain" onClick=${() => setDraft(null)}>Throw it away</button></p>`}
  </div>`;
}

/** Read anew what another page or program has changed. */
export function useFresh() {
  useEffect(() => {
    if (overview.peek() === null) load();
    const seen = () => document.visibilityState === "visible" && !coding.peek() && again();
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, []);
  const heard = `${news.value?.dossier} ${news.value?.version}`;
  const writing = coding.value;
  const last = useRef(heard);
  useEffect(() => {
    // What is being written is not drawn anew under the hand of its writer.
    if (writing || last.current === heard) return;
    last.current = heard;
    if (overview.peek() !== null) again();
  }, [heard, writing]);
}

function Documents({ app }) {
  useFresh();
  const at = app.state.at.value;
  useEffect(() => {
    const wanted = placeOf(at);
    if (!wanted.document) {
      chosen.value = null;
      return;
    }
    const now = opened.peek();
    if (now?.document.id === wanted.document && wanted.start === null && (wanted.statement === "" || chosen.peek() === wanted.statement)) return;
    read(wanted.document, wanted.start === null ? { statement: wanted.statement || undefined } : { offset: wanted.start, end: wanted.end });
  }, [at]);
  const wanted = placeOf(at).document;
  const known = overview.value;
  return html`<div class="dossier">
    <${Notices} />
    ${known === null
      ? html`<h1 id="screen-title" tabindex="-1">Documents</h1><p role="status" class="quiet">${problem.value ? "" : "Reading the dossier ..."}</p>`
      : wanted && opened.value?.document.id === wanted
        ? html`<${Search} app=${app} /><${DocumentView} key=${wanted} app=${app} />`
        : wanted && !problem.value
          ? html`<h1 id="screen-title" tabindex="-1">${wanted}</h1><p role="status" class="quiet">Reading ...</p>`
          : html`<${List} app=${app} known=${known} />`}
    ${coding.value && html`<${CodingForm} app=${app} />`}
  </div>`;
}

function List({ app, known }) {
  const filter = useSignal("");
  const only = useSignal("all");
  if (!known.present) {
    return html`<h1 id="screen-title" tabindex="-1">Documents</h1><p>The study has no dossier yet. It begins with the first document that you take in.</p><${Intake} app=${app} />`;
  }
  const sought = filter.value.trim().toLowerCase();
  const kinds = {
    all: () => true,
    unsure: (of) => of.held > 0,
    uncoded: (of) => of.statements === 0,
    absent: (of) => !of.at_hand,
  };
  const found = known.documents.filter((of) => kinds[only.value](of) && (!sought || [of.id, of.title, of.kind, of.outlet, of.published, of.coders.join(" ")].join(" ").toLowerCase().includes(sought)));
  return html`<h1 id="screen-title" tabindex="-1">Documents</h1>
    <p>${known.documents.length} ${known.documents.length === 1 ? "document" : "documents"}, ${Object.keys(known.statements).length} statements, ${known.propositions.length} propositions${known.title ? ` in “${known.title}”` : ""}.</p>
    <${Search} app=${app} />
    <div class="slider-tools"><label>Filter <input type="search" value=${filter.value} autocomplete="off" onInput=${(event) => (filter.value = event.currentTarget.value)} /></label>
      <label>Show <select value=${only.value} onChange=${(event) => (only.value = event.currentTarget.value)}><option value="all">all</option><option value="unsure">with unconfirmed passages</option><option value="uncoded">not coded yet</option><option value="absent">text not at hand</option></select></label>
      <button type="button" onClick=${() => settle()}>Check all passages</button></div>
    ${found.length === 0 && html`<p class="quiet">No document is like that.</p>`}
    <div class="wide" tabindex="0" role="region" aria-label="Documents"><table class="documents"><thead><tr><th scope="col">Document</th><th scope="col">What it is</th><th scope="col">When</th><th scope="col">Statements</th><th scope="col">To note</th><th scope="col">SHA-256</th></tr></thead><tbody>
      ${found.map((of) => html`<tr key=${of.id}><th scope="row"><button type="button" class="plain" onClick=${() => app.act.look({ at: of.id })}>${of.title || of.id}</button> <span class="quiet">${of.id}</span></th>
        <td data-label="What it is">${[of.kind, of.outlet].filter(Boolean).join("; ")}</td><td data-label="When">${of.published || "not known"}</td>
        <td data-label="Statements">${of.statements}${of.commentary ? html` <span class="quiet">(${of.commentary} commentary)</span>` : ""}${of.held ? html` <span class="tag warning">${of.held} unconfirmed</span>` : ""}<span class="quiet"> ${of.coders.join(", ")}</span></td>
        <td data-label="To note">${of.warnings.join("; ") || "nothing"}</td><td data-label="SHA-256"><code title=${of.digest}>${of.digest.slice(0, 10)}</code></td></tr>`)}
    </tbody></table></div>
    <${Intake} app=${app} />
    ${known.to_come.length > 0 && html`<p class="wrong">Propositions name statements that nobody has coded: ${known.to_come.join(", ")}.</p>`}
    ${known.resting_fault && html`<p class="wrong">It is not known what rests on the statements: ${known.resting_fault}.</p>`}
    <${Unsupported} app=${app} known=${known} />`;
}

/** The assumptions that rest on judgement. */
function Unsupported({ app, known }) {
  const alone = known.unsupported.filter((one) => !one.partly);
  const partly = known.unsupported.filter((one) => one.partly);
  const list = (of) => html`<ul class="uses columns">${of.map((one) => html`<li key=${one.name}><button type="button" class="plain" onClick=${() => openSlider(app, one.name)}>${one.title}<span class="away">: show its slider</span></button></li>`)}</ul>`;
  if (!known.unsupported.length) return null;
  return html`<section class="unsupported" aria-labelledby="unsupported"><h2 id="unsupported">Assumptions without support</h2>
    ${alone.length > 0 && html`<details><summary>${alone.length} rest on judgement alone</summary>${list(alone)}</details>`}
    ${partly.length > 0 && html`<details><summary>${partly.length} rest on passages or figures and on judgement</summary>${list(partly)}</details>`}</section>`;
}

const WHERE = { text: "text", statement: "statement", proposition: "proposition", document: "description" };

/** Words looked for in texts, statements and propositions. */
function Search({ app }) {
  const typed = useSignal("");
  const found = useSignal(null);
  const wrong = useSignal("");
  const look = async (event) => {
    event.preventDefault();
    wrong.value = "";
    if (!typed.value.trim()) {
      found.value = null;
      return;
    }
    try {
      found.value = await search(typed.value);
      app.act.say(`${found.value.total} ${found.value.total === 1 ? "place" : "places"} found.`);
    } catch (error) {
      found.value = null;
      wrong.value = (error.faults ?? [{ what: String(error), hint: "" }]).map(sentence).join(" ");
    }
  };
  const open = (hit) => {
    if (hit.where === "text") app.act.look({ at: `${hit.document}/@${hit.start}-${hit.end}` });
    else if (hit.where === "statement") app.act.look({ at: `${hit.document}/${hit.id}` });
    else if (hit.where === "document") app.act.look({ at: hit.document });
    else {
      const claim = overview.peek().propositions.find((each) => each.id === hit.id);
      const first = [...claim.supports, ...claim.opposes][0]?.statement;
      if (first) app.act.look({ at: `${overview.peek().statements[first]}/${first}` });
      else app.act.say(`${hit.id} has no passage yet.`);
    }
    found.value = null;
  };
  return html`<form class="dossier-search" role="search" onSubmit=${look}>
    <label class="search" for="search"><span class="away">Search texts, statements and propositions</span><input id="search" type="search" maxlength="200" placeholder="Search texts and statements ( / )" autocomplete="off" value=${typed.value} onInput=${(event) => (typed.value = event.currentTarget.value)} onKeyDown=${(event) => {
      if (event.key === "Escape") found.value = null;
    }} /></label> <button type="submit">Search</button>
    ${wrong.value && html`<p class="wrong" role="alert">${wrong.value}</p>`}
    ${found.value && html`<section class="hits" aria-label="Places found"><p>${found.value.total} ${found.value.total === 1 ? "place" : "places"} of “${found.value.sought}”${found.value.total > found.value.hits.length ? `, the first ${found.value.hits.length} listed` : ""}${found.value.silent.length ? `; not looked through, for want of the text: ${found.value.silent.join(", ")}` : ""}. <button type="button" class="plain" onClick=${() => (found.value = null)}>Close</button></p>
      <ul class="plain-list">${found.value.hits.map((hit, index) => html`<li key=${index}><button type="button" class="hit" onClick=${() => open(hit)}><span class="tag">${WHERE[hit.where]}</span> <strong>${hit.id}</strong> <span dir="auto">…${hit.before}<mark>${hit.found}</mark>${hit.after}…</span></button></li>`)}</ul></section>`}
  </form>`;
}

export const screen = { name: "documents", title: "Documents", key: "m", served: true, wide: true, render: (app) => html`<${Documents} app=${app} />` };
