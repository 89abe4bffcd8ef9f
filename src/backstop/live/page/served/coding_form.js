/** The form by which a passage is coded, or a statement revised: what is wrong stands beside its field, nothing is lost. */

import { html } from "vendor/htm";
import { useEffect, useRef } from "vendor/hooks";
import { useSignal } from "vendor/signals";
import { sentence } from "./client.js";
import { coder, coding, draft, overview, save, setCoder, setDraft } from "./dossier.js";

const OUTLET = "outlet";
const STANCES = [["+", "for it"], ["-", "against it"], ["0", "neither"]];
const ENDS = /[;\n]/;

/** The fields of a new statement on words that were marked. */
export const begin = (source, selection, fields = {}) => {
  setDraft({ kind: "new", source, selection, words: selection.exact, fields: { paraphrase: "", actor: OUTLET, attribution: "outlet voice", type: "", stance: "0", objects: [], ...fields }, supports: "" });
  coding.value = true;
};

const TEXTS = ["paraphrase", "actor", "attribution", "type", "role", "speaker", "hedge", "event", "note"];

/** The fields of a statement that is revised. */
export const revise = (statement, words) => {
  const { record } = statement;
  const fields = Object.fromEntries(TEXTS.map((name) => [name, record[name] ?? ""]));
  setDraft({
    kind: "revision",
    source: record.source,
    statement: record.id,
    was: statement.edition,
    words,
    fields: { ...fields, stance: record.stance ?? "0", objects: record.objects ?? [], value: record.value ?? "normal", form: record.condition?.form ?? "", condition: record.condition?.text ?? "", on: record.condition?.on ?? [] },
  });
  coding.value = true;
};

const split = (text) => text.split(ENDS).map((word) => word.trim()).filter(Boolean);

/** What is sent of the fields of the form. */
export function sent({ kind, fields }) {
  const { form, condition, on, about, ...rest } = fields;
  // What was typed last of what it is about counts, whether it was ended or not.
  const whole = { ...rest, objects: [...new Set([...rest.objects, ...split(about ?? "")])] };
  if (form || condition) whole.condition = { form, text: condition ?? "", on: on ?? [] };
  else if (kind === "revision") whole.condition = null;
  for (const name of [...TEXTS, "value"]) {
    if (typeof whole[name] === "string") whole[name] = whole[name].trim();
    if (whole[name] === "" && kind === "revision") whole[name] = null;
  }
  return kind === "new" ? Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== "" && value !== undefined)) : whole;
}

/** Names to choose from, by a list that also takes other words. */
function Names({ id, value, onInput, entries, label, list, wrong = "" }) {
  // What is typed stays as it is typed, whatever it is taken for.
  const typed = useSignal(value);
  return html`<${Field} id=${id} label=${label} wrong=${wrong}><input id=${id} list=${list} value=${typed.value} autocomplete="off" aria-invalid=${wrong ? "true" : "false"} aria-describedby=${wrong ? `${id}-wrong` : undefined} onInput=${(event) => {
    typed.value = event.currentTarget.value;
    onInput(typed.value);
  }} />
    ${entries && html`<datalist id=${list}>${entries.map((entry) => html`<option key=${entry.id} value=${entry.name}>${entry.id}</option>`)}</datalist>`}<//>`;
}

function Field({ id, label, wrong, hint, children }) {
  return html`<div class="field"><label for=${id}>${label}</label>${children}${hint && html`<p class="quiet" id=${`${id}-hint`}>${hint}</p>`}${wrong && html`<p class="wrong" id=${`${id}-wrong`}>${wrong}</p>`}</div>`;
}

function Choice({ id, label, value, options, onInput, wrong, empty }) {
  return html`<${Field} id=${id} label=${label} wrong=${wrong}><select id=${id} value=${value} aria-invalid=${wrong ? "true" : "false"} aria-describedby=${wrong ? `${id}-wrong` : undefined} onChange=${(event) => onInput(event.currentTarget.value)}>
    ${empty !== undefined && html`<option value="">${empty}</option>`}${options.map((option) => html`<option key=${option} value=${option}>${option}</option>`)}</select><//>`;
}

/** Which fault belongs to which field: by the last step of its path. */
function byField(faults) {
  const found = {};
  const general = [];
  for (const fault of faults) {
    const step = /([a-z_]+)(?:\.\d+)?(?:\.(?:form|text|on))?(?:\.\d+)?$/.exec(fault.path ?? "")?.[1];
    if (step && FIELDS.has(step)) found[step] = sentence(fault);
    else general.push(sentence(fault));
  }
  return { found, general };
}
const FIELDS = new Set(["paraphrase", "actor", "attribution", "type", "objects", "stance", "role", "speaker", "hedge", "event", "note", "value", "condition"]);

/** What stands in somebody else's version of a statement otherwise than in ours. */
function differing(mine, theirs) {
  const names = ["paraphrase", "actor", "attribution", "type", "stance", "role", "speaker", "hedge", "note", "value", "objects"];
  const usual = { stance: "0", value: "normal" };
  const plain = (of, name) => (Array.isArray(of[name]) ? of[name].join("; ") : of[name] ?? usual[name] ?? "");
  return names.filter((name) => plain(mine, name) !== plain(theirs, name)).map((name) => [name, plain(mine, name), plain(theirs, name)]);
}

/** The form above the page. `app` as in state.js. */
export function CodingForm({ app }) {
  const place = useRef(null);
  const refusal = useSignal(null);
  const busy = useSignal(false);
  const unsure = useSignal(false);
  const now = draft.value;
  const known = overview.value;
  useEffect(() => {
    const before = document.activeElement;
    if (!place.current.open) place.current.showModal();
    document.getElementById("coding-paraphrase")?.focus();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  if (now === null || known === null) return html`<dialog ref=${place} class="sheet"></dialog>`;
  const { fields } = now;
  // What is typed quickly comes before the page is drawn anew: always from what stands there now.
  const put = (part) => setDraft({ ...draft.peek(), fields: { ...draft.peek().fields, ...part } });
  const { found: wrong, general } = byField(refusal.value?.faults ?? []);
  const { actors, objects, events } = known.register;
  const named = (entries, id) => entries.find((entry) => entry.id === id)?.name ?? id;
  const idOf = (entries, word) => entries.find((entry) => entry.name === word)?.id ?? word;
  const setActor = (word) => {
    const actor = idOf([{ id: OUTLET, name: "the outlet itself" }, ...actors], word);
    const attribution = actor === OUTLET ? "outlet voice" : fields.attribution === "outlet voice" ? "indirect speech" : fields.attribution;
    put({ actor, attribution });
  };
  const attempt = async (more = {}) => {
    busy.value = true;
    try {
      const at = { ...draft.peek(), ...more };
      const made = await save({ ...at, fields: sent(at) });
      app.act.look({ at: `${made.record.source}/${made.record.id}` });
      refusal.value = null;
    } catch (error) {
      if (!Array.isArray(error?.faults)) throw error;
      refusal.value = error;
      requestAnimationFrame(() => place.current?.querySelector("[aria-invalid=true], [role=alert]")?.focus());
    } finally {
      busy.value = false;
    }
  };
  const submit = (event) => {
    event.preventDefault();
    attempt();
  };
  const close = () => (coding.value = false);
  const theirs = refusal.value?.status === 409 ? refusal.value.answer?.now : undefined;
  const lacking = refusal.value?.answer?.unregistered;
  const title = now.kind === "new" ? `Code a passage of ${now.source}` : `Revise ${now.statement}`;
  return html`<dialog class="sheet coding-sheet" ref=${place} aria-labelledby="coding-title" onClose=${close} onCancel=${close}>
    <form class="sheet-inside coding-form" onSubmit=${submit} novalidate>
      <div class="sheet-head"><h2 id="coding-title">${title}</h2></div>
      ${now.words && html`<blockquote class="coded-words" dir="auto">${now.words.length > 600 ? `${now.words.slice(0, 300)} … ${now.words.slice(-280)}` : now.words}</blockquote>`}
      ${general.length > 0 && html`<div role="alert" tabindex="-1" class="wrong">${general.map((text) => html`<p key=${text}>${text}</p>`)}</div>`}
      ${lacking && html`<p><button type="button" onClick=${() => attempt({ enter: true })}>Enter “${lacking.word}” as a new ${lacking.part === "actors" ? "actor" : "object"}, and save</button></p>`}
      ${theirs && html`<section class="theirs" aria-label="Their version"><h3>Their version</h3>
        <table><thead><tr><th scope="col">field</th><th scope="col">yours</th><th scope="col">theirs</th></tr></thead><tbody>${differing(fields, theirs.record).map(([name, mine, other]) => html`<tr key=${name}><th scope="row">${name}</th><td>${mine}</td><td>${other}</td></tr>`)}</tbody></table>
        <p><button type="button" onClick=${() => attempt({ was: theirs.edition })}>Save mine over theirs</button> <button type="button" onClick=${() => { setDraft(null); close(); }}>Leave theirs</button></p></section>`}
      ${theirs === null && html`<p>It was withdrawn. What you wrote stays here until you throw it away.</p>`}
      <${Field} id="coding-paraphrase" label="What it says, in your own words" wrong=${wrong.paraphrase}>
        <textarea id="coding-paraphrase" rows="3" value=${fields.paraphrase} aria-invalid=${wrong.paraphrase ? "true" : "false"} aria-describedby=${wrong.paraphrase ? "coding-paraphrase-wrong" : undefined} onInput=${(event) => put({ paraphrase: event.currentTarget.value })}></textarea><//>
      <div class="field-pair">
        <${Names} id="coding-actor" label="Who holds it" list="coding-actors" entries=${[{ id: OUTLET, name: "the outlet itself" }, ...actors]} value=${fields.actor === OUTLET ? "the outlet itself" : named(actors, fields.actor)} wrong=${wrong.actor} onInput=${setActor} />
        <${Choice} id="coding-type" label="What kind of statement" value=${fields.type} options=${known.choices.types} empty="choose one" wrong=${wrong.type} onInput=${(type) => put({ type })} />
      </div>
      <div class="field-pair">
        <${Choice} id="coding-attribution" label="How the words are given" value=${fields.attribution} options=${known.choices.attributions} wrong=${wrong.attribution} onInput=${(attribution) => put({ attribution })} />
        <fieldset class="field"><legend>Towards what it is about</legend><div class="radios">${STANCES.map(([sign, word]) => html`<label key=${sign}><input type="radio" name="stance" value=${sign} checked=${fields.stance === sign} onChange=${() => put({ stance: sign })} /> ${word}</label>`)}</div></fieldset>
      </div>
      <${Objects} fields=${fields} put=${put} objects=${objects} wrong=${wrong.objects} />
      <details open=${unsure.value} onToggle=${(event) => (unsure.value = event.currentTarget.open)}><summary>More: conditions, hedges, roles</summary>
        <div class="field-pair">
          <${Choice} id="coding-form" label="On a condition" value=${fields.form ?? ""} options=${known.choices.conditions} empty="none" onInput=${(form) => put({ form })} />
          <${Names} id="coding-condition" label="The condition, in your words" value=${fields.condition ?? ""} wrong=${wrong.condition} onInput=${(condition) => put({ condition })} />
        </div>
        <div class="field-pair">
          <${Names} id="coding-hedge" label="The word that hedges it (may, reportedly ...)" value=${fields.hedge ?? ""} wrong=${wrong.hedge} onInput=${(hedge) => put({ hedge })} />
          <${Names} id="coding-role" label="The holder's role as told here" value=${fields.role ?? ""} wrong=${wrong.role} onInput=${(role) => put({ role })} />
        </div>
        <div class="field-pair">
          <${Names} id="coding-speaker" label="Who voices it, if another" list="coding-speakers" entries=${actors} value=${named(actors, fields.speaker ?? "")} wrong=${wrong.speaker} onInput=${(word) => put({ speaker: idOf(actors, word) })} />
          <${Field} id="coding-event" label="At which event" wrong=${wrong.event}><select id="coding-event" value=${fields.event ?? ""} onChange=${(event) => put({ event: event.currentTarget.value })}><option value="">none</option>${events.map((entry) => html`<option key=${entry.id} value=${entry.id}>${entry.name}</option>`)}</select><//>
        </div>
        <${Field} id="coding-note" label="A note of your own" wrong=${wrong.note}><textarea id="coding-note" rows="2" value=${fields.note ?? ""} onInput=${(event) => put({ note: event.currentTarget.value })}></textarea><//>
        <label><input type="checkbox" checked=${fields.value === "low"} onChange=${(event) => put({ value: event.currentTarget.checked ? "low" : "normal" })} /> Commentary: kept, but not counted or compared</label>
      </details>
      ${now.kind === "new" && html`<${Field} id="coding-supports" label="Supports the proposition"><select id="coding-supports" value=${now.supports ?? ""} onChange=${(event) => setDraft({ ...draft.peek(), supports: event.currentTarget.value })}><option value="">none yet</option>${known.propositions.map((claim) => html`<option key=${claim.id} value=${claim.id}>${claim.id}: ${claim.text}</option>`)}</select><//>`}
      ${now.kind === "new" && html`<${Names} id="coding-coder" label="Who codes" list="coding-coders" entries=${known.coders.map((name) => ({ id: name, name }))} value=${coder.value} onInput=${setCoder} />`}
      <div class="buttons"><button type="submit" class="main" disabled=${busy.value}>${busy.value ? "Saving ..." : "Save"}</button>
        <button type="button" onClick=${close}>Later</button>
        <button type="button" onClick=${() => { setDraft(null); close(); }}>Throw away</button></div>
    </form>
  </dialog>`;
}

/** What a statement is about: names of the register, or words that are entered when it is saved. */
function Objects({ fields, put, objects, wrong }) {
  const add = (text) => {
    const ids = split(text).map((word) => objects.find((entry) => entry.name === word)?.id ?? word);
    put({ about: "", objects: [...new Set([...draft.peek().fields.objects, ...ids])] });
  };
  const take = (event) => {
    const text = event.currentTarget.value;
    // Chosen from the list, or ended by a semicolon: it is whole.
    if (ENDS.test(text) || (event.inputType === "insertReplacementText" && objects.some((entry) => entry.name === text))) add(text);
    else put({ about: text });
  };
  return html`<div class="field"><label for="coding-objects">What it is about (the first is what the stance is towards)</label>
    <ul class="tokens">${fields.objects.map((id) => html`<li key=${id}>${objects.find((entry) => entry.id === id)?.name ?? id} <button type="button" class="icon" aria-label=${`Take off ${id}`} onClick=${() => put({ objects: fields.objects.filter((each) => each !== id) })}>×</button></li>`)}</ul>
    <input id="coding-objects" list="coding-object-names" autocomplete="off" placeholder="type a name, then Enter" value=${fields.about ?? ""} aria-invalid=${wrong ? "true" : "false"} aria-describedby=${wrong ? "coding-objects-wrong" : undefined}
      onInput=${take} onKeyDown=${(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        add(event.currentTarget.value);
      }} />
    <datalist id="coding-object-names">${objects.map((entry) => html`<option key=${entry.id} value=${entry.name}>${entry.id}</option>`)}</datalist>
    ${wrong && html`<p class="wrong" id="coding-objects-wrong">${wrong}</p>`}</div>`;
}
