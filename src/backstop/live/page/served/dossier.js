/**
 * The dossier on the server as the page knows it: what was read last, and all that may be asked of it.
 *
 * Every change goes to the server with the edition that was seen; what another has changed meanwhile comes back with the
 * refusal. What is being written by hand is kept until it is saved or thrown away, also over a reload.
 */

import { batch, signal } from "vendor/signals";
import { Faulty, ask as askServer } from "./client.js";

const API = "/api/dossier";
const NAME = "backstop-coder";
const DRAFT = "backstop-coding";

/** Ask the dossier of the server. Throws its faults in words. */
const ask = (method, path, body = undefined, options = {}) => askServer(method, API + path, body, options);

const stored = (of, name) => {
  try {
    return of().getItem(name);
  } catch {
    return null;
  }
};
const keep = (of, name, value) => {
  try {
    if (value === null) of().removeItem(name);
    else of().setItem(name, value);
  } catch {
    // A browser that keeps nothing still codes.
  }
};

/** The overview, the document that is open, its part, and what went wrong; null where nothing was read yet. */
export const overview = signal(null);
export const opened = signal(null);
export const part = signal(null);
export const problem = signal(null);
/** The statement that is looked at, and the place in the text that is to be shown: {start, end} in code points. */
export const chosen = signal(null);
export const place = signal(null);
/** Who codes. */
export const coder = signal(stored(() => localStorage, NAME) ?? "");
/** What is being coded: {kind, source, selection, words, statement, was, fields, saved}; null where nothing is. */
export const draft = signal(readDraft());
/** Whether the form of what is being coded is open. */
export const coding = signal(false);
/** A sentence on what was done, and how to undo it: {text, undo}. */
export const done = signal(null);

function readDraft() {
  try {
    return JSON.parse(stored(() => sessionStorage, DRAFT) ?? "null");
  } catch {
    return null;
  }
}

/** Keep what is being coded; null: it is saved, or thrown away. */
export function setDraft(value) {
  draft.value = value;
  keep(() => sessionStorage, DRAFT, value === null ? null : JSON.stringify(value));
}

export function setCoder(name) {
  coder.value = name;
  keep(() => localStorage, NAME, name);
}

const tell = (error) => {
  problem.value = error instanceof Faulty ? error.faults : [{ what: error instanceof Error ? error.message : String(error), hint: "" }];
};

/** Run what may be refused; what is refused is told on the page. */
export async function attempt(work) {
  try {
    const found = await work();
    problem.value = null;
    return found;
  } catch (error) {
    tell(error);
    return undefined;
  }
}

/** Read the list of documents anew. */
export const load = () => attempt(async () => {
  overview.value = await ask("GET", "");
  return overview.value;
});

const at = (id) => `/documents/${encodeURIComponent(id)}`;

/** The part of a document that holds an offset, among the spans of its parts. */
export const partOf = (parts, offset) => Math.max(0, parts.findIndex(([, end]) => offset < end));

let reads = 0;

/** Read a document with its statements, and the part of its text that is asked for or holds the statement. */
export const read = (id, wanted = {}) => attempt(async () => {
  const mine = ++reads;
  const found = await ask("GET", at(id));
  const passage = found.statements.find((each) => each.record.id === wanted.statement)?.passage;
  const offset = wanted.offset ?? passage?.start ?? null;
  const number = Math.min(wanted.part ?? (offset === null ? 0 : partOf(found.parts, offset)), Math.max(0, found.parts.length - 1));
  const text = found.parts.length ? await ask("GET", `${at(id)}/text?part=${number}`) : null;
  if (mine !== reads) return undefined;
  batch(() => {
    opened.value = found;
    part.value = text;
    chosen.value = wanted.statement ?? null;
    place.value = offset === null || (wanted.offset === undefined && passage?.start === null) ? null : { start: offset, end: wanted.end ?? passage?.end ?? offset, select: wanted.offset !== undefined };
  });
  return found;
});

/** Read the open document anew and stay where the reader is. */
export const again = () => attempt(async () => {
  const now = opened.peek();
  const [, found] = await Promise.all([load(), now === null ? null : ask("GET", at(now.document.id))]);
  if (!found || opened.peek()?.document.id !== found.document.id) return;
  const old = part.peek();
  const same = old !== null && found.parts.length > 0 && old.digest === found.document.digest;
  const text = same || !found.parts.length ? old : await ask("GET", `${at(found.document.id)}/text?part=${Math.min(old?.part ?? 0, found.parts.length - 1)}`);
  batch(() => {
    opened.value = found;
    part.value = found.parts.length ? text : null;
  });
});

export const search = (words) => ask("GET", `/search?q=${encodeURIComponent(words)}`);
export const accounts = () => ask("GET", "/accounts");
export const suggestions = (id) => ask("GET", `${at(id)}/suggestions`);

/** Change something and read anew what is shown. Throws what the server refuses. */
async function change(path, body, text, undo = null) {
  const found = await ask("POST", path, body);
  done.value = { text, undo };
  await again();
  return found;
}

const one = (id) => `/statements/${encodeURIComponent(id)}`;

/** Enter a new statement, or revise one; `fields` as the dossier names them. Throws what the server refuses. */
export async function save(form) {
  const { kind, source, selection, statement, was, fields, supports, enter } = form;
  const found = kind === "new"
    ? await change("/statements", { source, selection, fields, supports: supports ?? "", new: enter === true, by: coder.peek() }, "Coded.")
    : await change(`${one(statement)}/revision`, { was, fields, new: enter === true }, `${statement} is changed.`);
  setDraft(null);
  batch(() => {
    coding.value = false;
    chosen.value = found.statement.record.id;
  });
  return found.statement;
}

export const withdraw = (id, was, links) => attempt(async () => {
  const found = await ask("POST", `${one(id)}/withdrawal`, { was, links });
  done.value = { text: `${id} is withdrawn.`, undo: () => attempt(() => change("/returned", { withdrawn: found.withdrawn }, `${id} is back.`)) };
  chosen.value = null;
  await again();
});

export const accept = (id, was) => attempt(() => change(`${one(id)}/acceptance`, { was, by: coder.peek() }, `${id} is confirmed on its passage.`));

/** Dismiss a finding or suggestion, or show it again. */
export const passOver = ({ id, kind, statements }, text = "Passed over.") => attempt(() => change("/findings", { id, kind, statements, by: coder.peek() }, text, () => takeUp({ id, kind, statements })));
export const takeUp = ({ id, kind, statements }) => attempt(() => change("/findings", { id, kind, statements, dismissed: false, by: coder.peek() }, "Shown again."));

export const propose = (text, statements) => attempt(() => change("/propositions", { text, statements, by: coder.peek() }, "A proposition is made."));
export const link = (proposition, statements, bearing = "supports", strength = "explicit") => attempt(() => change(`/propositions/${encodeURIComponent(proposition)}/links`, { statements, bearing, strength, by: coder.peek() }, `Linked to ${proposition}.`, () => unlink(proposition, statements, bearing)));
export const unlink = (proposition, statements, bearing) => attempt(() => change(`/propositions/${encodeURIComponent(proposition)}/links`, { statements, bearing, remove: true, by: coder.peek() }, `Taken off ${proposition}.`, () => link(proposition, statements, bearing)));
export const settle = () => attempt(async () => {
  const found = await change("/verification", {}, "All passages were checked.");
  done.value = { text: `All passages were checked: ${Object.entries(found.states).map(([state, count]) => `${count} ${state}`).join(", ") || "none"}.`, undo: null };
});

/** Send a document, with what is said of it in a header. Throws what the server refuses. */
export async function send(file, details) {
  const said = Object.fromEntries(Object.entries({ ...details, name: file.name, by: coder.peek() }).filter(([, value]) => value));
  return ask("POST", "/documents", file, { headers: { "x-backstop-document": encodeURIComponent(JSON.stringify(said)) } });
}

/** Documents larger than this are not sent: the server would not take them. */
export const MOST_BYTES = 50_000_000;

/** Show the passage of a statement, or of the first that a proposition has. `app` as in state.js. */
export async function openPassage(app, id) {
  if (overview.peek() === null) await load();
  const known = overview.peek();
  if (!known?.present) return;
  const claim = known.propositions.find((each) => each.id === id);
  const statement = claim ? [...claim.supports, ...claim.opposes].map((each) => each.statement).find((each) => each in known.statements) : id;
  const source = known.statements[statement];
  if (source === undefined) {
    app.act.say(`${id} has no passage in the dossier.`);
    return;
  }
  app.act.look({ screen: "documents", at: `${source}/${statement}` });
}

/** Show the slider of a parameter or measure. */
export const openSlider = (app, name) => app.act.look({ screen: "workbench", filter: name, changedOnly: false });
