/** One document: its text with coded passages, and beside it the statements, suggestions, or what is known of it. */

import { html } from "vendor/htm";
import { useEffect, useMemo } from "vendor/hooks";
import { useSignal } from "vendor/signals";
import { chosen, opened, part, place, read, settle } from "./dossier.js";
import { begin } from "./coding_form.js";
import { offsets } from "./passages.js";
import { StatementCard, StatementEntry } from "./statement_card.js";
import { Suggested } from "./suggested.js";
import { TextView, chosenIn, colours, selected } from "./text_view.js";

const AROUND = 64;
const TABS = [["statements", "Statements"], ["suggestions", "Suggestions"], ["about", "About"]];

/** The words chosen as they are sent: offsets in code points of the whole text, and what stands around. */
function selectionOf(now, shown) {
  const { points } = offsets(shown.text);
  const exact = shown.text.slice(now.start, now.end);
  const lead = exact.length - exact.trimStart().length;
  const words = exact.trim();
  if (!words) return null;
  const start = now.start + lead;
  const end = start + words.length;
  const whole = (from, to) => shown.text.slice(from, to).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return {
    start: shown.start + points(start),
    end: shown.start + points(end),
    exact: words,
    prefix: whole(Math.max(0, start - AROUND), start),
    suffix: whole(end, end + AROUND),
    text: shown.digest,
  };
}

/** The words of a passage, where the part that is shown has them. */
function wordsOf(statement, shown) {
  const passage = statement?.passage;
  if (!shown || !passage || passage.start === null || passage.start < shown.start || passage.end > shown.end) return "";
  const { units } = offsets(shown.text);
  return shown.text.slice(units(passage.start - shown.start), units(passage.end - shown.start));
}

export function DocumentView({ app }) {
  const tab = useSignal("statements");
  const everywhere = useSignal(false);
  const found = opened.value;
  const shown = part.value;
  const paint = useMemo(() => colours(found.statements), [found]);
  const { document: of, statements } = found;
  const is = chosen.value;
  const statement = statements.find((each) => each.record.id === is) ?? null;
  const say = app.act.say;

  useEffect(() => {
    if (statement) tab.value = "statements";
  }, [is]);

  const show = (start, end, select) => read(of.id, { offset: start, end, statement: chosen.peek() ?? undefined }).then(() => {
    place.value = { start, end, select };
  });
  const choose = (id) => {
    const one = statements.find((each) => each.record.id === id);
    app.act.look({ at: `${of.id}/${id}` });
    chosen.value = id;
    const passage = one?.passage;
    if (!passage || passage.start === null) return;
    if (shown && passage.start >= shown.start && passage.start < shown.end) place.value = { start: passage.start, end: passage.end };
    else read(of.id, { statement: id });
  };
  const code = () => {
    const now = chosenIn(document.querySelector(".coded-text")) ?? selected.peek();
    const selection = now && shown ? selectionOf(now, shown) : null;
    if (selection) begin(of.id, selection);
    else say("Choose words of the text first.");
  };
  const turn = (number) => read(of.id, { part: number, statement: undefined }).then(() => document.querySelector(".coded-text")?.scrollIntoView({ block: "start" }));
  const here = statements.filter(({ passage }) => !shown || !passage || passage.start === null || (passage.start < shown.end && passage.end > shown.start));
  const listed = everywhere.value ? statements : here;

  return html`<div class=${`document-view ${statement ? "has-sheet" : ""}`}>
    <p><button type="button" class="plain" onClick=${() => app.act.look({ at: "" })}>All documents</button></p>
    <h1 id="screen-title" tabindex="-1">${of.title || of.id}</h1>
    <p class="quiet">${[of.id, of.kind, of.outlet, of.published, `${of.statements} ${of.statements === 1 ? "statement" : "statements"}`].filter(Boolean).join(" · ")}</p>
    ${of.warnings.length > 0 && html`<p class="document-warnings">${of.warnings.map((warning) => html`<span key=${warning} class="tag warning">${warning}</span> `)}</p>`}
    <div class="document-columns">
      <section class="document-text" aria-label="Text">
        ${shown
          ? html`<${Parts} found=${found} shown=${shown} turn=${turn} />
            <p class="quiet text-keys" id="text-keys">Mark words with the mouse, or here with <kbd>←</kbd> <kbd>→</kbd> (words) and <kbd>↑</kbd> <kbd>↓</kbd> (sentences), <kbd>Shift</kbd> for more; <kbd>Enter</kbd> codes them, <kbd>n</kbd> and <kbd>p</kbd> go through the passages.</p>
            <${TextView} part=${shown} statements=${statements} zones=${found.zones} chosen=${is} place=${place.value} onChoose=${choose} onCode=${code} source=${of.id} say=${say} />
            <${Parts} found=${found} shown=${shown} turn=${turn} />
            <${CodeButton} onCode=${code} />`
          : html`<div class="no-text"><h2>The text is not shown</h2><p>${found.withheld
              ? `${found.withheld.slice(0, 1).toUpperCase()}${found.withheld.slice(1)}.`
              : "The text of this account is not on this machine, or in no folder that the server knows. The study keeps its digests alone: what was coded is listed beside, in our words."}</p>
              ${!found.withheld && html`<p>Whoever holds the text lays it into a folder, under any name, and starts <code>backstop serve STUDY --texts FOLDER</code>, or sends it under <button type="button" class="plain" onClick=${() => app.act.look({ at: "" })}>All documents</button>. It is known again by its digest, ${of.digest.slice(0, 12)}…</p><p><button type="button" onClick=${() => settle()}>Look for it again</button></p>`}</div>`}
      </section>
      <section class="document-side" aria-label="Statements and suggestions">
        ${statement && html`<div class="statement-sheet"><${StatementCard} key=${is} app=${app} statement=${statement} words=${wordsOf(statement, shown)} onClose=${() => {
          chosen.value = null;
          app.act.look({ at: of.id });
        }} onShow=${() => choose(is)} /></div>`}
        <div class="tabs" role="group" aria-label="Beside the text">${TABS.map(([name, title]) => html`<button key=${name} type="button" aria-pressed=${tab.value === name ? "true" : "false"} onClick=${() => (tab.value = name)}>${title}</button>`)}</div>
        ${tab.value === "statements" && html`<div>
          ${here.length < statements.length && html`<p><label><input type="checkbox" checked=${everywhere.value} onChange=${(event) => (everywhere.value = event.currentTarget.checked)} /> also those of other parts (${statements.length - here.length})</label></p>`}
          ${statements.length === 0 && html`<p class="quiet">Nothing is coded yet.${shown ? " Mark words in the text and press Enter." : ""}</p>`}
          <ul class="plain-list statements">${listed.map((each) => html`<${StatementEntry} key=${each.record.id} statement=${each} source=${of.id} paint=${paint} chosen=${each.record.id === is} onChoose=${choose} />`)}</ul></div>`}
        ${tab.value === "suggestions" && (shown ? html`<${Suggested} document=${of} edition=${found.edition} statements=${statements} onShow=${show} />` : html`<p class="quiet">Suggestions need the text.</p>`)}
        ${tab.value === "about" && html`<${About} found=${found} />`}
      </section>
    </div>
  </div>`;
}

/** Which part of a long text is shown, and ways to the others. */
function Parts({ found, shown, turn }) {
  const count = found.parts.length;
  if (count < 2) return null;
  return html`<div class="parts"><button type="button" disabled=${shown.part === 0} onClick=${() => turn(shown.part - 1)}>Before</button>
    <label>Part <input type="number" min="1" max=${count} value=${shown.part + 1} onChange=${(event) => turn(Math.min(count, Math.max(1, Number(event.currentTarget.value) || 1)) - 1)} /> of ${count}</label>
    <button type="button" disabled=${shown.part === count - 1} onClick=${() => turn(shown.part + 1)}>Next</button></div>`;
}

/** The button beside the words that are chosen. */
function CodeButton({ onCode }) {
  const now = selected.value;
  if (!now) return null;
  const below = now.bottom + 8;
  const top = below + 48 > globalThis.innerHeight ? Math.max(8, now.top - 48) : below;
  const left = Math.min(Math.max(8, now.left), globalThis.innerWidth - 150);
  return html`<button type="button" class="code-button main" ref=${(element) => {
    element?.style.setProperty("top", `${top}px`);
    element?.style.setProperty("left", `${left}px`);
  }} onPointerDown=${(event) => event.preventDefault()} onClick=${onCode}>Code these words</button>`;
}

/** What is known of a document. */
function About({ found }) {
  const { document: of, versions } = found;
  const rows = [
    ["id", of.id], ["title", of.title], ["kind", of.kind], ["outlet", of.outlet], ["byline", of.byline], ["dateline", of.dateline],
    ["published", [of.published, of.certainty].filter(Boolean).join(", ")], ["found at", of.url], ["licence", of.licence || "not known"],
    ["may travel", of.may_travel ? "yes: the text is kept in the study" : "no: only digests are kept in the study"],
    ["characters", of.characters.toLocaleString("en")], ["received as", of.media], ["read by", of.extractor], ["taken in", [of.added, of.by].filter(Boolean).join(", ")],
    ["SHA-256 of the text", of.digest], ["SHA-256 as received", of.received], ["note", of.note], ["coders", of.coders.join(", ")],
    ["statements", Object.entries(of.types).map(([type, count]) => `${count} ${type}`).join(", ")],
  ].filter(([, value]) => value);
  return html`<div><dl class="about">${rows.map(([name, value]) => html`<dt key=${name}>${name}</dt><dd>${value}</dd>`)}</dl>
    ${versions.length > 1 && html`<h3>Versions</h3><ol>${versions.map((version) => html`<li key=${version.digest}>${[version.added, version.by, `${version.characters.toLocaleString("en")} characters`, version.digest.slice(0, 12)].filter(Boolean).join(" · ")}</li>`)}</ol>`}</div>`;
}
