/** What is said of a world laid open: who decides, what each move is worth to its mover, what others come to believe. */

import { likeliest, worthToMover } from "./why.js";
import { fixed } from "./numbers.js";
import { frequency, listed, quoted, stop } from "./words.js";

/** A name of the file as a reader reads it. */
export const readable = (name) => name.replace(/_/g, " ");

/** What a name of the game is called: the title of what it is in the file, and what tells it apart. */
function told(name, titles) {
  const [base, rest] = [name.split("[")[0], name.slice(name.indexOf("[") + 1).replace(/\]$/, "")];
  const title = titles[base]?.title ?? readable(base);
  return name.includes("[") ? `${title} (${readable(rest)})` : title;
}

/** Names for people of all that a world laid open consists of. */
export function namesOf({ payload, controls }) {
  const { description } = payload.program;
  const actors = new Map(payload.actors.map((actor, at) => [actor.name, { ...actor, at }]));
  const { types } = description.opening;
  return {
    phase: (name) => told(name, description.phases),
    outcome: (name) => told(name, description.outputs.outcomes),
    actor: (name) => actors.get(name)?.title ?? readable(name),
    place: (name) => actors.get(name)?.at ?? 0,
    short: (name) => actors.get(name)?.short ?? readable(name),
    column: (column) => `${actors.get(column.actor)?.short ?? readable(column.actor)}${column.type ? ` if ${readable(column.type)}` : ""}`,
    /** The columns of the program, the two types of an actor side by side. */
    columns: [...description.opening.columns].sort((a, b) => actors.get(a.actor).at - actors.get(b.actor).at),
    measure: (name) => controls.get(name)?.title ?? readable(name),
    /** What a move is called that its own mover ranks below another. */
    slip: payload.run.information === "private_payoffs" ? "shock" : "slip",
    believed: types ? `the chance that ${actors.get(types.actor)?.title ?? types.actor} is ${quoted(readable(types.names[1]))}` : "",
    second: types ? readable(types.names[1]) : "",
    types,
  };
}

/** Numbers in as few places, from two to four, as tell them apart. */
export function apart(values) {
  const known = values.filter(Number.isFinite);
  for (const places of [2, 3]) {
    const texts = known.map((value) => plainly(value, places));
    const same = known.some((a, i) => known.some((b, j) => i < j && texts[i] === texts[j] && Math.abs(a - b) > 1e-9));
    if (!same) return (value) => plainly(value, places);
  }
  return (value) => plainly(value, 4);
}

function plainly(value, places) {
  if (!Number.isFinite(value)) return "-";
  const text = fixed(value, places);
  return (/[1-9]/.test(text) ? text : text.replace("-", "")).replace("-", "−");
}

/** How likely, as part of a sentence. */
export function often(p) {
  const words = frequency(p);
  if (words === "all") return "always";
  return words === "none" ? "never" : `in ${words}`;
}

/** Whether a move is made mostly as a slip, and of whom where the mover has types: `(slip)`, `(slip if content)`. */
export function slipWords(names, opening, nodes, node, move) {
  if (move.slip === null || !(move.slip > 0)) return "";
  const own = worthToMover(opening, nodes, node, move);
  if (own.length === 1) return names.slip;
  const below = own.filter(({ column, worth }) => node.moves.some((each) => nodes[each.to].values[column.name] > worth));
  return below.length === own.length ? names.slip : `${names.slip} if ${readable(below[0].column.type)}`;
}

/** Who decides at a node, or that chance does. */
export function whoWords(names, node) {
  if (node.kind === "ending") return names.outcome(node.outcome);
  const who = node.kind === "decision" ? `${names.actor(node.actor)} decides` : "Chance decides";
  return node.title ? `${who}: ${node.title}` : who;
}

/** Where a move leads: an outcome with the phase that follows, or who decides next. */
export function leadsWords(names, phases, phase, node) {
  if (node.kind === "ending") {
    const next = phases[phase.next[node.outcome]];
    return `${names.outcome(node.outcome)}; next: ${names.phase(next.name)}`;
  }
  return node.kind === "decision" ? `then ${names.actor(node.actor)} decides` : "then chance decides";
}

/** A move in a sentence: how likely it is, what it is worth to its mover, and what stands against it. */
export function moveWords(names, opening, nodes, node, m) {
  const move = node.moves[m];
  const label = quoted(readable(move.label));
  if (node.kind !== "decision") return stop(`Chance takes ${label} ${often(move.probability)}`);
  const who = names.actor(node.actor);
  const own = worthToMover(opening, nodes, node, move);
  const columns = own.map(({ column }, k) => {
    const worths = node.moves.map((each) => nodes[each.to].values[column.name]);
    const best = worths.reduce((top, worth, i) => (worth > worths[top] ? i : top), 0);
    const say = apart(worths);
    const rest = worths.map((worth, i) => [worth, i]).filter(([, i]) => i !== m);
    const top = rest.length ? rest.reduce((a, b) => (b[0] > a[0] ? b : a)) : null;
    let against = "";
    if (top !== null) {
      const other = quoted(readable(node.moves[top[1]].label));
      if (worths[top[1]] === worths[m]) against = `, as much as ${other}`;
      else against = best === m ? `, more than all else (next is ${other} with ${say(top[0])})` : `, against ${say(top[0])} of ${other}`;
    }
    return { type: column.type, kind: k, words: `worth ${say(worths[m])} to it${against}` };
  });
  const bound = move.bound > 0 ? ` It is bound to it ${often(move.bound)}: this part is made without a decision.` : "";
  if (columns.length === 1) {
    const slip = move.slip !== null ? ` Made freely it is a ${names.slip}: its own mover ranks it below another${names.slip === "shock" ? ", but for a reason of the moment" : ""}.` : "";
    return `${stop(`${who} takes ${label} ${often(move.probability)}: it is ${columns[0].words}`)}${bound}${slip}`;
  }
  const byType = columns.map(({ type, words }) => stop(`If it is ${quoted(readable(type))} it does so ${often(move.byType[type])}: ${words}`));
  return `${stop(`${who} takes ${label} ${often(move.probability)}, as others expect it`)} ${byType.join(" ")}${bound}`;
}

/** What others believe before and after a move; empty where nothing is hidden or nothing is learnt. */
export function beliefWords(names, nodes, node, m) {
  if (node.belief === null) return "";
  const [before, after] = [node.belief, nodes[node.moves[m].to].belief];
  const say = apart([before, after]);
  if (Math.abs(after - before) < 5e-5) return stop(`Others learn nothing from it: ${names.believed} stays at ${say(before)} for them`);
  return stop(`For others ${names.believed} is at ${say(before)} before it and at ${say(after)} after it`);
}

/** A node in a sentence: who decides and what is most likely. */
export function nodeWords(names, opening, nodes, node) {
  return moveWords(names, opening, nodes, node, likeliest(node));
}
