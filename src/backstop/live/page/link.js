/**
 * The state of the page in its address, after the `#`: versioned, readable, and told in words where it cannot be taken.
 *
 *     #v=1&of=1f0c52a9&screen=workbench&set=held_now:0.3&yours=full_package;us_backstop:0.5&show=aid_only,yours
 *
 * `of` is the beginning of the digest of the study's file. Names are those of the study; what it no longer knows, or
 * what lies outside a slider, is left out and said.
 */

export const VERSION = "1";
export const YOURS = "yours";

const KNOWN = [
  "v", "of", "screen", "set", "yours", "show", "metric", "slots", "lock", "find", "changed", "world", "focus", "at", "phase", "period",
];

/** What a state is where nothing has been said: `names` are those of the study. */
export function emptyState() {
  return {
    screen: "answer",
    sliders: {},
    own: null,
    shown: [],
    metric: null,
    focus: null,
    slots: [],
    locked: [],
    filter: "",
    changedOnly: false,
    world: "central",
    at: "",
    phase: null,
    period: null,
  };
}

/** A number as short as it can be said without loss. */
const exactly = (value) => String(value);

const pairs = (of) => Object.entries(of).map(([name, value]) => `${name}:${exactly(value)}`).join(",");

/**
 * The address of a state, with its `#`.
 *
 * @param {object} state as `emptyState`
 * @param {string} digest of the study
 */
export function encode(state, digest) {
  const parts = [["v", VERSION]];
  const say = (name, value) => value && parts.push([name, value]);
  say("of", digest.slice(0, 8));
  say("screen", state.screen === "answer" ? "" : state.screen);
  say("set", pairs(state.sliders));
  if (state.own) say("yours", [state.own.from, pairs(state.own.levels)].join(";"));
  say("show", state.shown.join(","));
  say("metric", state.metric);
  say("focus", state.focus);
  say("slots", state.slots.join(","));
  say("lock", state.locked.join(","));
  say("find", state.filter);
  say("changed", state.changedOnly ? "1" : "");
  say("world", state.world === "central" ? "" : String(state.world));
  say("at", state.at);
  say("phase", state.phase);
  say("period", state.period === null ? "" : String(state.period));
  return "#" + parts.map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%(2C|3A|3B)/g, decodeURIComponent)}`).join("&");
}

/**
 * A state from an address, and sentences on what could not be taken.
 *
 * `names` says what there is: {screens, controls: Map of name to control, arrangements, metrics, slots, digest, worlds}.
 *
 * @returns {{state: object, problems: string[], found: boolean}} `found`: whether the address had a state at all
 */
export function decode(address, names) {
  const state = emptyState();
  const problems = [];
  const text = address.replace(/^#/, "");
  const fields = new Map();
  for (const part of text.split("&")) {
    const [name, ...rest] = part.split("=");
    if (!name || !rest.length) continue;
    try {
      fields.set(name, decodeURIComponent(rest.join("=")));
    } catch {
      problems.push(`The link is damaged near “${shown(part)}”; that part was left out.`);
    }
  }
  if (!fields.has("v")) {
    // An anchor of the printed report, or the plain name of a screen.
    if (names.screens.includes(text)) return { state: { ...state, screen: text }, problems, found: true };
    if (fields.size) problems.push("The link does not say of which version it is, so nothing of it was taken.");
    return { state, problems, found: false };
  }
  if (fields.get("v") !== VERSION) {
    problems.push(
      `The link is of version ${shown(fields.get("v"))}, and this page reads version ${VERSION}: what both know was taken.`,
    );
  }
  const of = fields.get("of");
  if (of && names.digest && !names.digest.startsWith(of)) {
    problems.push("The link was made with another state of the study: the same settings may give other figures.");
  }
  const lost = [...fields.keys()].filter((name) => !KNOWN.includes(name));
  if (lost.length) problems.push(`This page does not know ${listed(lost)} of the link.`);
  const named = (name, among, what) => {
    const wanted = fields.get(name);
    if (!wanted) return [];
    const items = wanted.split(",").filter(Boolean);
    const unknown = items.filter((item) => !among(item));
    if (unknown.length) problems.push(`The study has no ${what} called ${listed(unknown)}.`);
    return [...new Set(items.filter(among))];
  };
  const has = (list) => (item) => list.includes(item);
  const [screen] = named("screen", has(names.screens), "screen");
  if (screen) state.screen = screen;
  const levels = (text_, kind) => {
    const found = {};
    for (const part of text_.split(",").filter(Boolean)) {
      const [name, said] = part.split(":");
      const control = names.controls.get(name);
      const value = Number(said);
      if (!control || control.kind !== kind) problems.push(`The study has no ${kind === "measure" ? "measure" : "assumption"} called ${shown(name)} that can be moved.`);
      else if (said === undefined || said.trim() === "" || !Number.isFinite(value)) problems.push(`${control.title}: “${shown(said ?? "")}” is no number.`);
      else if (value < control.minimum || value > control.maximum) problems.push(`${control.title}: ${said} is outside its range, ${control.minimum} to ${control.maximum}.`);
      else found[name] = value;
    }
    return found;
  };
  state.sliders = levels(fields.get("set") ?? "", "parameter");
  const yours = fields.get("yours");
  if (yours !== undefined) {
    const [from, ...rest] = yours.split(";");
    if (names.arrangements.includes(from)) state.own = { from, levels: levels(rest.join(";"), "measure") };
    else problems.push(`Your arrangement began as a copy of ${shown(from)}, which the study does not have.`);
  }
  const arrangement = (item) => names.arrangements.includes(item) || (item === YOURS && state.own !== null);
  state.shown = named("show", arrangement, "arrangement").slice(0, 4);
  [state.metric = null] = named("metric", has(names.metrics), "figure");
  [state.focus = null] = named("focus", arrangement, "arrangement");
  state.slots = (fields.get("slots") ?? "").split(",").filter(has(names.slots)).slice(0, 2);
  state.locked = named("lock", (item) => names.controls.has(item), "slider");
  state.filter = (fields.get("find") ?? "").slice(0, 100);
  state.changedOnly = fields.get("changed") === "1";
  state.at = (fields.get("at") ?? "").slice(0, 300);
  const phase = fields.get("phase");
  if (phase !== undefined) {
    if ((names.phases ?? []).includes(phase)) state.phase = phase;
    else problems.push(`The study has no phase called ${shown(phase)}.`);
  }
  const period = fields.get("period");
  if (period !== undefined) {
    const number = Number(period);
    if (period !== "" && Number.isInteger(number) && number >= 0 && number < (names.periods ?? 0)) state.period = number;
    else problems.push(`There is no period ${shown(period)} in this study.`);
  }
  const world = fields.get("world");
  if (world !== undefined && world !== "central") {
    const number = Number(world);
    if (Number.isInteger(number) && number >= 0 && number < names.worlds) state.world = number;
    else problems.push(`There is no world ${shown(world)} in this page.`);
  }
  return { state, problems, found: true };
}

const listed = (items) => items.map((item) => shown(item)).join(", ");

/** What a link says, made short and harmless for a sentence. */
const shown = (text) => {
  const line = String(text).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
  return line.length > 40 ? line.slice(0, 37) + "..." : line;
};
