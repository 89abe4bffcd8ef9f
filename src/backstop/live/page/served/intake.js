/** Documents sent to the dossier from the browser: nothing is taken in part, and what is refused is said. */

import { html } from "vendor/htm";
import { useSignal } from "vendor/signals";
import { sentence } from "./client.js";
import { MOST_BYTES, load, overview, send } from "./dossier.js";

const TAKEN = ".txt,.md,.html,.htm,.docx,.pdf,.srt,.vtt,.csv,.tsv,.jsonl";

export function Intake({ app }) {
  const files = useSignal([]);
  const details = useSignal({ title: "", outlet: "", kind: "", published: "", url: "", licence: "", replaces: "", may_travel: false });
  const busy = useSignal("");
  const outcomes = useSignal([]);
  const put = (part) => (details.value = { ...details.value, ...part });
  const one = files.value.length < 2;
  const submit = async (event) => {
    event.preventDefault();
    const said = [];
    const left = [];
    for (const file of files.value) {
      busy.value = `Sending ${file.name} ...`;
      try {
        if (file.size > MOST_BYTES) throw { faults: [{ what: `${file.name} has ${Math.ceil(file.size / 1e6)} MB, and ${MOST_BYTES / 1e6} MB are taken at most`, hint: "cut it in parts" }] };
        const found = await send(file, one ? details.value : { ...details.value, title: "", replaces: "" });
        for (const { document, what } of found.documents) said.push({ file: file.name, document, text: what });
        for (const note of found.notes) said.push({ file: file.name, text: note });
      } catch (error) {
        left.push(file);
        const faults = error?.faults ?? [{ what: String(error?.message ?? error), hint: "" }];
        said.push({ file: file.name, text: `not taken in: ${faults.map(sentence).join(" ")}`, refused: true });
      }
    }
    busy.value = "";
    outcomes.value = said;
    files.value = left;
    if (!left.length) event.target.reset();
    app.act.say(said.map(({ file, text }) => `${file}: ${text}`).join(" "));
    await load();
  };
  const field = (name, label, more = {}) => html`<div class="field"><label for=${`intake-${name}`}>${label}</label><input id=${`intake-${name}`} value=${details.value[name]} autocomplete="off" ...${more} onInput=${(event) => put({ [name]: event.currentTarget.value })} /></div>`;
  return html`<details class="intake"><summary>Take in documents</summary>
    <form onSubmit=${submit} novalidate>
      <div class="field"><label for="intake-files">Files (text, HTML, DOCX, PDF, subtitles, tables; at most 50 MB each)</label><input id="intake-files" type="file" multiple accept=${TAKEN} onChange=${(event) => (files.value = [...event.currentTarget.files])} /></div>
      ${one && html`<div class="field-pair">${field("title", "Title, in your words")}<div class="field"><label for="intake-replaces">A new version of</label><select id="intake-replaces" value=${details.value.replaces} onChange=${(event) => put({ replaces: event.currentTarget.value })}><option value="">none: a new document</option>${(overview.value?.documents ?? []).map((of) => html`<option key=${of.id} value=${of.id}>${of.id}${of.title ? `: ${of.title}` : ""}</option>`)}</select></div></div>`}
      <div class="field-pair">${field("kind", "What it is (agency report, speech ...)")}${field("outlet", "Who published it")}</div>
      <div class="field-pair">${field("published", "When (YYYY-MM-DD, or words)")}${field("licence", "Licence")}</div>
      ${field("url", "Where it was found")}
      <p><label><input type="checkbox" checked=${details.value.may_travel} onChange=${(event) => put({ may_travel: event.currentTarget.checked })} /> The text may be handed on with the study</label></p>
      <p class="quiet">${details.value.may_travel ? "It is kept in the folder of the study, in dossier/texts." : "It is kept on this machine alone, in dossier/private-texts, which version control leaves out; the study hands on digests."}</p>
      <div class="buttons"><button type="submit" class="main" disabled=${!files.value.length || busy.value !== ""}>${busy.value || "Take in"}</button></div>
    </form>
    <div role="status">${outcomes.value.length > 0 && html`<ul class="plain-list">${outcomes.value.map((each, index) => html`<li key=${index} class=${each.refused ? "wrong" : ""}>${each.file}: ${each.text}${each.document && html` <button type="button" class="plain" onClick=${() => app.act.look({ at: each.document })}>open ${each.document}</button>`}</li>`)}</ul>`}</div>
  </details>`;
}
