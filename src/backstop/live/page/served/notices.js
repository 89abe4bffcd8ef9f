/** What a served page says above every screen: the server away, a newer scenario, a file that changed on the disk. */

import { html } from "vendor/htm";
import { useSignal } from "vendor/signals";
import { ask, lookNow, news, reach, sentence, wordsOf } from "./client.js";

const place = (fault) => (fault.line ? `${fault.file || "The file"}, line ${fault.line}: ` : "");

/** Faults of a file with the lines that they stand in. */
export function Faults({ faults, most = 8 }) {
  const shown = faults.slice(0, most);
  return html`<ul class="faults">${shown.map((fault, at) => html`<li key=${at}>${place(fault)}${sentence(fault)}</li>`)}
    ${faults.length > most && html`<li>${faults.length - most} more.</li>`}</ul>`;
}

/** How the server is started again at this address. */
function Again({ served }) {
  const command = `backstop serve ${served.study} --port ${globalThis.location.port}`;
  return html`<p>Start it again in a terminal: <code>${command}</code></p>`;
}

function Connection({ served }) {
  const how = reach.value;
  if (how === "here") return null;
  const words = {
    away: "The server cannot be reached.",
    gone: "The server has ended.",
    stranger: "The server was started anew and does not know this browser yet: open the address that it printed, in this browser.",
  };
  return html`<div class="notice warn" role="alert">
    <p>${words[how]} Sliders, charts, and all that the page solves by itself go on; analyses, editing and the dossier wait. What you have written is kept, and the server is looked for.</p>
    ${how !== "stranger" && html`<${Again} served=${served} />`}
    <p><button type="button" class="plain" onClick=${lookNow}>Look now</button></p>
  </div>`;
}

/** The study has another sound version by now: the page shows an older one. */
function Newer({ served }) {
  const state = news.value;
  if (reach.value !== "here" || state === null || state.digest === served.digest) return null;
  return html`<div class="notice" role="status">
    <p>The scenario has a newer version than the one shown here. <button type="button" class="plain" onClick=${() => globalThis.location.reload()}>Show the new answer</button> Your sliders are kept.</p>
  </div>`;
}

/** The file on the disk is another one than the version in use. */
function OnDisk({ served }) {
  const wrong = useSignal("");
  const closed = useSignal("");
  const state = news.value;
  const disk = state?.disk;
  if (reach.value !== "here" || !disk || disk.state === "same" || closed.value === disk.digest + disk.state) return null;
  const take = async () => {
    wrong.value = "";
    try {
      await ask("POST", "/api/scenario/reload", { digest: disk.digest, instead: state.digest });
      globalThis.location.reload();
    } catch (error) {
      wrong.value = wordsOf(error);
    }
  };
  const close = html`<button type="button" class="plain" onClick=${() => (closed.value = disk.digest + disk.state)}>Close</button>`;
  if (disk.state === "changed" && !state.edited)
    return html`<div class="notice" role="status"><p>The file ${served.file} has changed on the disk. <button type="button" class="plain" onClick=${take}>Take the new text</button> ${close}</p>${wrong.value && html`<p>${wrong.value}</p>`}</div>`;
  if (disk.state === "changed")
    return html`<div class="notice" role="status"><p>The file ${served.file} on the disk holds another text than the one shown, which you have changed here. <button type="button" class="plain" onClick=${take}>Take the text of the file</button> ${close}</p>${wrong.value && html`<p>${wrong.value}</p>`}</div>`;
  const what = disk.state === "gone" ? `The file ${served.file} cannot be read any more.` : `The file ${served.file} has changed on the disk, and has errors now.`;
  return html`<div class="notice warn" role="alert"><p>${what} The last answer that was sound is still shown. ${close}</p><${Faults} faults=${disk.faults} /></div>`;
}

/** An address that lets one more browser in. */
export function NewAddress({ app }) {
  const given = useSignal("");
  const wrong = useSignal("");
  if (!app.payload.served) return null;
  const make = async () => {
    wrong.value = "";
    try {
      given.value = (await ask("POST", "/api/address", {})).address;
      app.act.say("A new address was made.");
    } catch (error) {
      wrong.value = wordsOf(error);
    }
  };
  return html`<p class="link-given"><button type="button" class="plain" onClick=${make} disabled=${reach.value !== "here"}>New address</button> ${given.value ? html`It lets one more browser in, once: <code>${given.value}</code>` : "for another browser"}${wrong.value && html` <span class="wrong">${wrong.value}</span>`}</p>`;
}

/** All notices of a served page; nothing in a file. */
export function ServedNotices({ app }) {
  const { served } = app.payload;
  if (!served) return null;
  return html`<${Connection} served=${served} /><${OnDisk} served=${served} /><${Newer} served=${served} />`;
}
