/** Accounts beside each other: where they agree and differ, claim by claim, and how far coders agree. */

import { html } from "vendor/htm";
import { useEffect } from "vendor/hooks";
import { useSignal } from "vendor/signals";
import { sentence } from "./client.js";
import { accounts, coding, link, openPassage, overview, passOver, propose, takeUp } from "./dossier.js";
import { CodingForm } from "./coding_form.js";
import { Notices, useFresh } from "./documents.js";

const KINDS = [
  ["contradiction", "Contradictions"],
  ["difference", "Differences of detail"],
  ["actor_disagreement", "Disagreements between actors"],
  ["quotation", "Quotations that do not match"],
  ["not_compared", "Not compared"],
  ["corroboration", "Corroborations"],
  ["candidate", "Candidates for linking (nobody has decided)"],
  ["single_source", "Claims of one account only"],
  ["unattributed", "Claims nobody is named for"],
];
const FOLDED = new Set(["single_source", "unattributed", "candidate"]);

function Accounts({ app }) {
  useFresh();
  const found = useSignal(null);
  const wrong = useSignal("");
  const known = overview.value;
  const edition = known?.edition;
  useEffect(() => {
    if (!known?.present) return undefined;
    let mine = true;
    accounts().then(
      (value) => mine && ((found.value = value), (wrong.value = "")),
      (error) => mine && (wrong.value = (error.faults ?? [{ what: String(error), hint: "" }]).map(sentence).join(" ")),
    );
    return () => (mine = false);
  }, [edition]);
  const value = found.value;
  return html`<div class="dossier"><${Notices} /><h1 id="screen-title" tabindex="-1">Accounts compared</h1>
    ${wrong.value && html`<p class="wrong" role="alert">${wrong.value}</p>`}
    ${known && !known.present && html`<p>The study has no dossier yet; it begins with the first document, under Documents.</p>`}
    ${known?.present && value === null && !wrong.value && html`<p role="status" class="quiet">Comparing ...</p>`}
    ${value && html`<${Compared} app=${app} value=${value} known=${known} />`}
    ${coding.value && html`<${CodingForm} app=${app} />`}
  </div>`;
}

function Compared({ app, value, known }) {
  const shares = value.independence.map((relation) => `${relation.sources.join(" and ")}: ${relation.relation} (likeness ${relation.likeness})`);
  const there = KINDS.filter(([kind]) => (value.findings[kind] ?? []).length > 0);
  const group = ([kind, title]) => html`<${Group} key=${kind} app=${app} kind=${kind} title=${title} value=${value} known=${known} />`;
  const before = there.filter(([kind]) => !FOLDED.has(kind));
  return html`<p>${value.accounts.length} ${value.accounts.length === 1 ? "account" : "accounts"}. ${before.length ? "" : "No agreement or disagreement was found."}</p>
    <p class="jumps">${there.map(([kind, title]) => html`<button type="button" class="plain" key=${kind} onClick=${() => {
      const place = document.getElementById(`findings-${kind}`);
      place?.scrollIntoView({ block: "start" });
      place?.focus({ preventScroll: true });
    }}>${title} (${value.counts[kind]})</button> `)}</p>
    <p class="quiet">${shares.length ? `Shared text: ${shares.join("; ")}.` : "No two accounts share text; whether they are independent in origin is not known."}</p>
    ${before.map(group)}
    <${Claims} app=${app} value=${value} known=${known} />
    ${there.filter(([kind]) => FOLDED.has(kind)).map(group)}
    <${Agreement} value=${value} />
    <${Dismissed} value=${value} />`;
}

const SIGNS = { supports: "says so", opposes: "denies it" };

/** Propositions by account: which says so, which denies it, and how plainly. */
function Claims({ app, value, known }) {
  const rows = known.propositions.filter((claim) => claim.supports.length + claim.opposes.length > 0);
  if (!rows.length) return null;
  const cell = (claim, account) => ["supports", "opposes"].flatMap((bearing) => claim[bearing].filter((each) => known.statements[each.statement] === account).map((each) => html`<button type="button" key=${bearing + each.statement} class=${`plain bearing-${bearing}`} onClick=${() => openPassage(app, each.statement)}>${each.statement} ${SIGNS[bearing]}${each.strength === "explicit" ? "" : ` (${each.strength})`}</button> `));
  return html`<section aria-labelledby="by-claim"><h2 id="by-claim">Claims, account by account</h2><div class="wide" tabindex="0" role="region" aria-label="Claims by account"><table class="claims-by-account"><thead><tr><th scope="col">Claim</th>${value.accounts.map((account) => html`<th scope="col" key=${account.id}>${account.id}<span class="away"> ${account.title}</span></th>`)}</tr></thead>
    <tbody>${rows.map((claim) => html`<tr key=${claim.id}><th scope="row"><span class="quiet">${claim.id}</span> ${claim.text}${claim.status !== "stated" && html` <span class="tag">${claim.status}</span>`}</th>${value.accounts.map((account) => html`<td key=${account.id}>${cell(claim, account.id)}</td>`)}</tr>`)}</tbody></table></div></section>`;
}

/** The findings of one kind. */
function Group({ app, kind, title, value, known }) {
  const findings = value.findings[kind];
  const count = value.counts[kind];
  const body = html`<ul class="plain-list">${findings.map((finding) => html`<${Found} key=${finding.id} app=${app} finding=${finding} value=${value} known=${known} />`)}</ul>
    ${count > findings.length && html`<p class="quiet">${findings.length} of ${count} are listed; all with <code>backstop dossier compare STUDY --json</code>.</p>`}`;
  if (FOLDED.has(kind)) return html`<section id=${`findings-${kind}`} tabindex="-1"><h2 class="away">${title}</h2><details><summary>${title} (${count})</summary>${body}</details></section>`;
  return html`<section id=${`findings-${kind}`} tabindex="-1" aria-label=${title}><h2>${title} (${count})</h2>${body}</section>`;
}

/** A finding with its statements side by side, by account. */
function Found({ app, finding, value, known }) {
  const statements = finding.statements.map((id) => value.statements[id]).filter(Boolean);
  const text = useSignal("");
  const claim = useSignal("");
  const bySource = value.accounts.filter((account) => statements.some((each) => each.source === account.id));
  return html`<li class="finding"><p>${finding.status && html`<span class="tag">${finding.status}</span> `}${finding.explanation}${finding.origin === "recorded" ? html` <span class="quiet">(noted by hand)</span>` : ""}</p>
    <div class="beside">${bySource.map((account) => html`<div key=${account.id} class="account"><h3>${account.id}<span class="quiet"> ${account.title}</span></h3>${statements.filter((each) => each.source === account.id).map((each) => html`<p key=${each.id}><button type="button" class="plain" onClick=${() => openPassage(app, each.id)}>${each.id}</button> <strong>${each.actor}</strong>: ${each.paraphrase}${each.held ? html` <span class="tag warning">unconfirmed</span>` : ""}</p>`)}</div>`)}</div>
    ${finding.kind === "candidate" && html`<div class="link-to"><label><span class="away">Proposition that they support</span><select value=${claim.value} onChange=${(event) => (claim.value = event.currentTarget.value)}><option value="">a new proposition</option>${known.propositions.map((each) => html`<option key=${each.id} value=${each.id}>${each.id}: ${each.text}</option>`)}</select></label>
      ${claim.value === "" && html`<label><span class="away">The claim in your own words</span><input value=${text.value} placeholder="the claim, in your own words" onInput=${(event) => (text.value = event.currentTarget.value)} /></label>`}
      <button type="button" disabled=${claim.value === "" && !text.value.trim()} onClick=${() => (claim.value ? link(claim.value, finding.statements) : propose(text.value, finding.statements))}>They say the same: link</button></div>`}
    ${finding.origin !== "recorded" && html`<p><button type="button" class="plain" onClick=${() => passOver(finding, "Dismissed.")}>Dismiss<span class="away"> ${finding.explanation}</span></button></p>`}</li>`;
}

/** Krippendorff's alpha of each field, where two have coded. */
function Agreement({ value }) {
  const sources = Object.entries(value.agreement);
  return html`<section aria-labelledby="agreement"><h2 id="agreement">Agreement between coders</h2>
    ${sources.length === 0
      ? html`<p class="quiet">No document was coded by two coders: there is no agreement to measure.</p>`
      : html`<p>Krippendorff's alpha: 1 is full agreement, 0 what chance would give. On few passages it says little.</p>
        <div class="wide" tabindex="0" role="region" aria-label="Agreement"><table><thead><tr><th scope="col">Document</th>${sources[0][1].map((row) => html`<th scope="col" key=${row.field}>${row.field}</th>`)}<th scope="col">passages</th></tr></thead>
        <tbody>${sources.map(([source, rows]) => html`<tr key=${source}><th scope="row">${source}</th>${rows.map((row) => html`<td key=${row.field}>${row.alpha === null ? "undefined" : row.alpha.toFixed(2)}</td>`)}<td>${rows[0].units}</td></tr>`)}</tbody></table></div>`}</section>`;
}

/** What was passed over. */
function Dismissed({ value }) {
  if (!value.dismissed.length) return null;
  return html`<section><details><summary>Dismissed (${value.dismissed.length})</summary><ul class="plain-list">${value.dismissed.map((one) => html`<li key=${one.id}><span class="tag">${one.kind.replace(/_/g, " ")}</span> ${one.statements.join(", ") || one.id} <span class="quiet">${[one.coder, one.when].filter(Boolean).join(", ")}</span> <button type="button" class="plain" onClick=${() => takeUp(one)}>Show again<span class="away"> ${one.id}</span></button></li>`)}</ul></details></section>`;
}

export const screen = { name: "accounts", title: "Accounts", key: "o", served: true, wide: true, render: (app) => html`<${Accounts} app=${app} />` };
