/** A statement beside the text: who says what, on which passage, what rests on it, and what may be done with it. */

import { html } from "vendor/htm";
import { useSignal } from "vendor/signals";
import { accept, link, openSlider, overview, unlink, withdraw } from "./dossier.js";
import { revise } from "./coding_form.js";
import { shortId } from "./text_view.js";

const STANCE = { "+": "for", "-": "against", 0: "" };

/** Who holds a statement, in words. */
export const holder = (statement) => (statement.record.actor === "outlet" ? "the outlet itself" : statement.names[statement.record.actor] ?? statement.record.actor);

const STATES = {
  moved: "moved: the same words stand elsewhere now",
  normalised: "the same words with other marks",
  changed: "the words have changed",
  ambiguous: "the words stand at several places now",
  lost: "the words are not in the text any more",
  "no text": "not looked for here: the text is not at hand",
};

/** Words that changed, `[-gone-]` and `{+new+}`, marked as such. */
export function Difference({ text }) {
  const parts = text.split(/(\[-[\s\S]*?-\]|\{\+[\s\S]*?\+\})/g);
  return html`<p class="difference" dir="auto">${parts.map((part, index) => {
    if (part.startsWith("[-")) return html`<del key=${index}>${part.slice(2, -2)}</del>`;
    if (part.startsWith("{+")) return html`<ins key=${index}>${part.slice(2, -2)}</ins>`;
    return part;
  })}</p>`;
}

/** What rests on a statement: sliders that can be moved, and claims. */
export function UsedBy({ app, uses }) {
  const groups = new Map();
  for (const use of uses) groups.set(`${use.kind} ${use.name}`, [...(groups.get(`${use.kind} ${use.name}`) ?? []), use]);
  return html`<ul class="uses">${[...groups.values()].map(([use, ...more]) => {
    const through = [use, ...more].map(({ through: by }) => by.join(" › ")).filter(Boolean);
    const against = [use, ...more].some(({ bearing }) => bearing === "opposes");
    const movable = (use.kind === "parameter" || use.kind === "measure") && app.payload.controls.some((control) => control.name === use.name);
    return html`<li key=${`${use.kind} ${use.name}`}><span class="tag">${use.kind === "parameter" ? "assumption" : use.kind}</span> ${movable
      ? html`<button type="button" class="plain" onClick=${() => openSlider(app, use.name)}>${use.title}<span class="away">: show its slider</span></button>`
      : use.kind === "claim" ? html`<button type="button" class="plain" onClick=${() => app.act.look({ screen: "claims" })}>${use.title}</button>` : use.title}
      ${through.length > 0 && html` <span class="quiet">through ${[...new Set(through)].join(", ")}</span>`}${against && html` <span class="quiet">(it speaks against it)</span>`}</li>`;
  })}</ul>`;
}

/** A statement in short, as an entry of the list. */
export function StatementEntry({ statement, source, paint, chosen, onChoose }) {
  const { record } = statement;
  const objects = (record.objects ?? []).map((id) => statement.names[id] ?? id);
  const unsure = statement.held || (statement.passage && !statement.passage.confirmed && statement.passage.state !== "no text");
  return html`<li class=${`statement ${chosen ? "is-chosen" : ""}`} id=${`statement-${record.id}`}>
    <button type="button" class="statement-open" aria-pressed=${chosen ? "true" : "false"} onClick=${() => onChoose(record.id)}>
      <span class=${`passage-number ${paint.get(record.actor) ?? "voice-0"}`}>${shortId(record.id, source)}</span>
      <span class="statement-head"><strong>${holder(statement)}</strong> <span class="tag">${record.type}</span>${STANCE[record.stance ?? "0"] && html` <span class="quiet">${STANCE[record.stance]} ${objects[0] ?? ""}</span>`}${record.value === "low" && html` <span class="tag">commentary</span>`}${unsure && html` <span class="tag warning">unconfirmed</span>`}</span>
      <span class="statement-words">${record.paraphrase}</span>
    </button></li>`;
}

/** All of a statement. `words`: those of its passage, where they are shown. */
export function StatementCard({ app, statement, words, onClose, onShow }) {
  const { record, names, passage, used_by: uses, propositions } = statement;
  const sure = useSignal(false);
  const unsure = statement.held || (passage && !passage.confirmed && passage.state !== "no text");
  const objects = (record.objects ?? []).map((id) => names[id] ?? id);
  const state = passage && STATES[passage.state];
  const condition = record.condition ? `${record.condition.form}: ${record.condition.text}` : "";
  const named = propositions.map((claim) => claim.id);
  const rows = [
    ["given as", record.attribution],
    ["role", record.role],
    ["voiced by", record.speaker && (names[record.speaker] ?? record.speaker)],
    ["about", objects.join("; ")],
    ["stance", { "+": `for ${objects[0] ?? "it"}`, "-": `against ${objects[0] ?? "it"}` }[record.stance]],
    ["condition", condition],
    ["hedge", record.hedge],
    ["event", record.event && (names[record.event] ?? record.event)],
    ["note", record.note],
    ["coded by", [record.coder || "nobody named", record.when].filter(Boolean).join(", ")],
  ].filter(([, value]) => value);
  return html`<article class="statement-card" aria-label=${`Statement ${record.id}`}>
    <div class="sheet-head"><h3>${record.id} <span class="quiet">${holder(statement)}, ${record.type}</span></h3><button type="button" class="icon" aria-label="Close the statement" onClick=${onClose}>×</button></div>
    <p class="statement-words">${record.paraphrase}</p>
    ${words && html`<blockquote dir="auto">${words.length > 500 ? `${words.slice(0, 260)} … ${words.slice(-220)}` : words}</blockquote>`}
    ${state && html`<p class=${unsure ? "wrong" : "quiet"}>${unsure ? "Unconfirmed: " : "The passage is "}${state}.</p>`}
    ${statement.held && !state && html`<p class="wrong">Unconfirmed: the passage had changed.</p>`}
    ${passage?.difference && html`<${Difference} text=${passage.difference} />`}
    <dl>${rows.map(([name, value]) => html`<dt key=${name}>${name}</dt><dd>${value}</dd>`)}</dl>
    <h4>What rests on it</h4>
    ${uses.length ? html`<${UsedBy} app=${app} uses=${uses} />` : html`<p class="quiet">Nothing in the scenario.</p>`}
    <h4>Propositions</h4>
    ${propositions.length > 0 && html`<ul class="uses">${propositions.map((claim) => html`<li key=${`${claim.id}${claim.bearing}`}><span class="tag">${claim.bearing}</span> ${claim.id}: ${claim.text} <span class="quiet">${claim.strength}</span> <button type="button" class="plain" onClick=${() => unlink(claim.id, [record.id], claim.bearing)}>take off<span class="away"> ${claim.id}</span></button></li>`)}</ul>`}
    <${LinkTo} id=${record.id} linked=${named} />
    <div class="buttons">
      ${passage?.start !== null && passage?.start !== undefined && html`<button type="button" onClick=${onShow}>Show in the text</button>`}
      <button type="button" onClick=${() => revise(statement, words)}>Revise</button>
      ${(statement.held || passage?.state === "changed") && passage?.start !== null && html`<button type="button" onClick=${() => accept(record.id, statement.edition)}>It still says so: confirm</button>`}
      ${sure.value
        ? html`<button type="button" class="danger" onClick=${() => { sure.value = false; withdraw(record.id, statement.edition, true); }}>Withdraw${named.length + statement.findings.length ? ` with ${[...named, ...statement.findings].join(", ")}` : ""}</button><button type="button" onClick=${() => (sure.value = false)}>Keep it</button>`
        : html`<button type="button" onClick=${() => (sure.value = true)}>Withdraw ...</button>`}
    </div>
  </article>`;
}

/** A choice of propositions to link a statement to. */
function LinkTo({ id, linked }) {
  const bearing = useSignal("supports");
  const free = (overview.value?.propositions ?? []).filter((claim) => !linked.includes(claim.id));
  if (!free.length) return null;
  return html`<div class="link-to"><label><span class="away">How it bears on a proposition</span><select value=${bearing.value} onChange=${(event) => (bearing.value = event.currentTarget.value)}><option value="supports">supports</option><option value="opposes">opposes</option></select></label>
    <label><span class="away">Proposition</span><select value="" onChange=${(event) => event.currentTarget.value && link(event.currentTarget.value, [id], bearing.peek())}><option value="">link to a proposition ...</option>${free.map((claim) => html`<option key=${claim.id} value=${claim.id}>${claim.id}: ${claim.text}</option>`)}</select></label></div>`;
}
