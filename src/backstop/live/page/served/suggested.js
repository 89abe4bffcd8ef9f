/** Suggestions for a document: what to confirm, what to code, and what may be passed over. The program codes nothing. */

import { html } from "vendor/htm";
import { useEffect } from "vendor/hooks";
import { useSignal } from "vendor/signals";
import { sentence } from "./client.js";
import { accept, done, overview, passOver, suggestions } from "./dossier.js";
import { begin } from "./coding_form.js";
import { Difference } from "./statement_card.js";

const REASONS = { speech: "somebody says it", number: "a number", condition: "a condition", demand: "a demand" };
const FIRST = 12;

/** `onShow(start, end, select)` shows a place of the text, in code points of the whole. */
export function Suggested({ document: of, edition, statements, onShow }) {
  const found = useSignal(null);
  const refusal = useSignal(null);
  const more = useSignal(false);
  useEffect(() => {
    let mine = true;
    suggestions(of.id).then(
      (value) => {
        if (!mine) return;
        found.value = value;
        refusal.value = null;
      },
      (error) => {
        if (mine) refusal.value = error;
      },
    );
    return () => (mine = false);
  }, [of.id, edition]);
  if (refusal.value) return html`<p class="wrong">${refusal.value.faults ? refusal.value.faults.map(sentence).join(" ") : String(refusal.value)}</p>`;
  const value = found.value;
  if (value === null) return html`<p class="quiet" role="status">Looking through the text ...</p>`;
  const code = (one, fields) => begin(of.id, { start: one.start, end: one.end, exact: one.text, prefix: "", suffix: "", text: value.digest }, fields);
  const names = new Map((overview.value?.register.actors ?? []).map((actor) => [actor.id, actor.name]));
  const sentences = more.value ? value.sentences : value.sentences.slice(0, FIRST);
  const nothing = !value.changed.length && !value.sentences.length && !value.quotations.length;
  return html`<div class="suggestions">
    ${nothing && html`<p>Nothing to suggest: what deserves a look is coded or was passed over.</p>`}
    ${value.changed.length > 0 && html`<section aria-labelledby="to-confirm"><h3 id="to-confirm">To confirm (${value.changed.length})</h3><ul class="plain-list">${value.changed.map((one) => {
      const statement = statements.find((each) => each.record.id === one.statement);
      return html`<li key=${one.statement} class="suggestion"><p><strong>${one.statement}</strong> <span class="tag warning">${one.state}</span> ${one.brief.paraphrase}</p>
        ${one.difference && html`<${Difference} text=${one.difference} />`}
        <div class="buttons">${one.start !== null && html`<button type="button" onClick=${() => onShow(one.start, one.end, false)}>Show</button>`}${one.start !== null && statement && html`<button type="button" onClick=${() => accept(one.statement, statement.edition)}>It still says so: confirm</button>`}</div></li>`;
    })}</ul></section>`}
    ${value.sentences.length > 0 && html`<section aria-labelledby="to-code"><h3 id="to-code">Sentences worth a look (${value.sentences.length})</h3><ul class="plain-list">${sentences.map((one) => html`<li key=${one.id} class="suggestion">
      <p dir="auto">${one.text}</p>
      <p class="quiet">${[...one.reasons.map((reason) => REASONS[reason] ?? reason), ...one.actors.map((actor) => actor.name)].join(" · ")}</p>
      ${one.related.length > 0 && html`<p class="quiet">near ${one.related.map((near) => `${near.id} (${near.actor}: ${near.paraphrase})`).join("; ")}</p>`}
      <div class="buttons"><button type="button" onClick=${() => onShow(one.start, one.end, false)}>Show</button><button type="button" onClick=${() => code(one, one.draft)}>Code it</button><button type="button" onClick=${() => passOver({ id: one.id, kind: "candidate", statements: [] })}>Pass over</button></div></li>`)}</ul>
      ${value.sentences.length > sentences.length && html`<p><button type="button" class="plain" onClick=${() => (more.value = true)}>Show all ${value.sentences.length}</button></p>`}</section>`}
    ${value.quotations.length > 0 && html`<section aria-labelledby="quoted"><h3 id="quoted">Quotations not coded yet (${value.quotations.length})</h3><ul class="plain-list">${value.quotations.map((one) => html`<li key=${`${one.id}${one.start}`} class="suggestion">
      <p dir="auto">${one.text}</p>
      <p class="quiet">${one.name ? `said by ${names.get(one.speaker) ?? one.name}, it seems` : "no speaker found"}${one.elsewhere.length ? `; also in ${[...new Set(one.elsewhere.map((each) => each.source))].join(", ")}` : ""}</p>
      <div class="buttons"><button type="button" onClick=${() => onShow(one.start, one.end, false)}>Show</button><button type="button" onClick=${() => code(one, one.draft)}>Code it</button><button type="button" onClick=${() => passOver({ id: one.id, kind: "candidate", statements: [] })}>Pass over</button></div></li>`)}</ul></section>`}
    ${value.passed_over > 0 && html`<p class="quiet">${value.passed_over} passed over; they can be shown again among the dismissed findings of Accounts.</p>`}
    ${done.value === null && html`<p class="quiet">Suggestions come from the words of the text and the register; what a sentence means is yours to say.</p>`}
  </div>`;
}
