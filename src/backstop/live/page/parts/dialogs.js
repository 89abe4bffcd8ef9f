/** What opens above the page: the passages behind an assumption, and the sheet of keys. */

import { html } from "vendor/htm";
import { useEffect, useRef } from "vendor/hooks";
import { Icon } from "./control.js";
import { keyName } from "../keys.js";
import { openPassage } from "../served/dossier.js";
import { amount, exact, stop } from "../words.js";

/** A dialog that closes with Escape, its button, or a press beside it, and gives the focus back. */
export function Dialog({ app, title, children }) {
  const place = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    const element = place.current;
    if (!element.open) element.showModal();
    return () => {
      if (element.open) element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = () => (app.dialog.value = null);
  return html`<dialog class="sheet" ref=${place} aria-labelledby="dialog-title" onClose=${close}
    onClick=${(event) => event.target === event.currentTarget && close()}>
    <div class="sheet-inside">
      <div class="sheet-head"><h2 id="dialog-title">${title}</h2><button type="button" class="icon" aria-label="Close" onClick=${close}><${Icon} name="close" /></button></div>
      ${children}
    </div>
  </dialog>`;
}

/** A passage: who holds it, where it stands, and its words where they may travel. */
export function PassageCard({ app, passage }) {
  const head = [passage.holder, passage.title || passage.document, passage.date].filter(Boolean).join(" · ");
  return html`<article class="passage">
    <p class="passage-head">${head} <span class="quiet">${passage.id}</span></p>
    ${passage.quote ? html`<blockquote>${passage.quote}</blockquote>` : html`<p>${passage.paraphrase || "Nothing was noted of it."}</p><p class="quiet">In our words: the text itself may not travel.</p>`}
    ${passage.quote && passage.paraphrase && html`<p class="quiet">${passage.paraphrase}</p>`}
    ${app.payload.served && html`<p><button type="button" class="plain" onClick=${() => {
      app.dialog.value = null;
      openPassage(app, passage.id);
    }}>Show it among the documents<span class="away">: ${passage.id}</span></button></p>`}
  </article>`;
}

/** What an assumption rests on. */
export function Evidence({ app, control }) {
  const passages = control.evidence.map((id) => app.payload.passages.find((each) => each.id === id)).filter(Boolean);
  const missing = control.evidence.length - passages.length;
  return html`<div>
    <p>${stop(control.kind === "parameter" ? `The study lets it vary from ${amount(control.minimum, control.unit)} to ${amount(control.maximum, control.unit)}, with its middle at ${exact(control.default)}` : `It can be promised from ${exact(control.minimum)} to ${amount(control.maximum, control.unit)}`)} ${control.note}</p>
    ${control.basis.grounds.length > 0 && html`<h3>What it rests on</h3><ul>${control.basis.grounds.map((ground) => html`<li key=${ground.id}><span class="tag">${ground.grade}</span> ${ground.text || ground.id}</li>`)}</ul>`}
    ${!control.basis.grounds.length && !passages.length && html`<p>No passage or record is named: it is the judgement of whoever wrote the study.</p>`}
    ${passages.length > 0 && html`<h3>Passages</h3>${passages.map((passage) => html`<${PassageCard} key=${passage.id} app=${app} passage=${passage} />`)}`}
    ${missing > 0 && html`<p class="quiet">${missing} more in the study's dossier.</p>`}
  </div>`;
}

/** The keys of the page. */
export function KeySheet({ app, commands, screens }) {
  const on = app.singleKeys.value;
  return html`<div>
    <table class="keys"><caption class="away">Keys</caption><tbody>
      ${screens.map((screen) => html`<tr key=${screen.name}><th scope="row"><kbd>${keyName(screen.key)}</kbd></th><td>${screen.title}</td></tr>`)}
      ${commands.filter((command) => command.label).map((command) => html`<tr key=${command.label}><th scope="row">${command.keys.map((key, at) => html`${at ? " or " : ""}<kbd>${keyName(key)}</kbd>`)}</th><td>${command.label}</td></tr>`)}
      <tr><th scope="row"><kbd>←</kbd> <kbd>→</kbd></th><td>Move a slider by a step; <kbd>Home</kbd> and <kbd>End</kbd> to its ends; <kbd>Page Up</kbd> and <kbd>Page Down</kbd> by more</td></tr>
      <tr><th scope="row"><kbd>Tab</kbd></th><td>To what comes next; <kbd>Escape</kbd> closes what is open above the page</td></tr>
    </tbody></table>
    <p><label><input type="checkbox" checked=${on} onChange=${(event) => app.setSingleKeys(event.currentTarget.checked)} /> Single keys act (those without Ctrl)</label></p>
  </div>`;
}
