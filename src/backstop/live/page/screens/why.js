/** Why: one world, move by move, as a tree that can be walked through, with what each move is worth and what is believed. */

import { html } from "vendor/htm";
import { useEffect, useLayoutEffect, useRef, useState } from "vendor/hooks";
import { useWidth } from "../charts/frame.js";
import { colourOf, drawTree } from "../charts/tree.js";
import { apart, beliefWords, leadsWords, moveWords, namesOf, readable, slipWords, whoWords } from "../opened.js";
import { FocusPicker, Select } from "../parts/pickers.js";
import { Table } from "../parts/figure.js";
import { Copyable } from "../parts/take.js";
import { commandLine } from "../reproduce.js";
import { leadMetric } from "../sentences.js";
import { capital, clause, counted, exact, frequency, listed, quoted, stop } from "../words.js";
import { likeliest, phasesOf, remarkable, treeOf, worthToMover } from "../why.js";
import { FailingPicker } from "./failing.js";
import { PhaseMap } from "./phase_map.js";
import { askFlips } from "./flips.js";

/** Moves of one node that are shown before the others are asked for. */
const FEW = 8;
const SHOWN = 6;
/** What is open at first: ways at least so likely, and not deeper. */
const LIKELY = 0.02;
const DEEP = 4;

const keyOf = (phase) => (phase.type === null ? phase.name : `${phase.name};${phase.type}`);

/** A world laid open in a period, asked anew whenever it may have changed; the last one stays until the next is there. */
export function useOpened(app, period, believed) {
  const [found, setFound] = useState(null);
  const { engine } = app;
  const focus = app.state.focus.value;
  const levels = app.state.levels.value.find(({ key }) => key === focus).levels;
  const set = app.state.sliders.value;
  const world = app.state.world.value;
  const asked = JSON.stringify([levels, set, world, period, believed]);
  useEffect(() => {
    let gone = false;
    const phases = engine.description.opening.phases.length;
    const others = believed === null ? null : Array(phases).fill(believed);
    engine.trace({ levels, set, world, periods: [period], believed: others }).then(
      (of) => !gone && setFound({ phases: phasesOf(engine.description, of, 0, period), settled: of.settled[0], flagged: of.flagged[0], period, asked }),
      (error) => !gone && setFound({ failed: error.message, asked }),
    );
    return () => (gone = true);
  }, [asked]);
  return found;
}

/** The phase that is looked at: the one asked for, else the likeliest in which something is decided. */
export function phaseShown(phases, wanted) {
  const live = phases.filter((phase) => phase.nodes.length > 0);
  return phases.find((phase) => keyOf(phase) === wanted) ?? live.reduce((best, phase) => (best === null || phase.share > best.share ? phase : best), null) ?? phases[0];
}

/** Which world of the page is looked at. */
export function WorldPicker({ app }) {
  const { world } = app.state;
  const metric = leadMetric(app);
  const row = app.answer.value?.answers[app.state.focus.value]?.metrics?.[metric.name];
  const found = row ? remarkable(row, app.engine.weightsOf(row.length), metric.tone === "bad") : [];
  const [wrong, setWrong] = useState("");
  const pick = (value) => {
    setWrong("");
    app.act.look({ world: value });
  };
  const typed = (event) => {
    const text = event.currentTarget.value.trim();
    const number = Number(text);
    if (!text) pick("central");
    else if (Number.isInteger(number) && number >= 0 && number < app.engine.worlds) pick(number);
    else setWrong(`Worlds of this page are numbered from 0 to ${app.engine.worlds - 1}.`);
  };
  return html`<fieldset class="worlds"><legend>In which world</legend>
    <div class="chips">
      <button type="button" class="chip" aria-pressed=${world.value === "central" ? "true" : "false"} onClick=${() => pick("central")}>Central</button>
      ${found.map((each) => html`<button type="button" class="chip" key=${each.name} aria-pressed=${world.value === each.world ? "true" : "false"} onClick=${() => pick(each.world)}>${capital(each.title)} <span class="quiet">${each.world}</span></button>`)}
      <label class="number" for="why-world">Number <input id="why-world" class="typed" type="text" inputmode="numeric" autocomplete="off" aria-invalid=${wrong ? "true" : "false"} value=${world.value === "central" ? "" : String(world.value)} onChange=${typed} /></label>
      <${FailingPicker} app=${app} onPick=${pick} />
    </div>
    ${wrong && html`<p class="wrong" role="alert">${wrong}</p>`}
    <p class="quiet">${worldWords(app, row, metric, found)}</p>
  </fieldset>`;
}

function worldWords(app, row, metric, found) {
  const world = app.state.world.value;
  const set = Object.keys(app.state.sliders.value).length;
  const moved = set ? `, with ${counted(set, "assumption")} as you set ${set === 1 ? "it" : "them"}` : "";
  if (world === "central") return `Every assumption is at its middle${moved}. Best and worst are by ${quoted(clause(metric.title))}.`;
  const value = row?.[world];
  const known = Number.isFinite(value) ? ` ${clause(metric.title)}: ${metric.probability ? frequency(value) : exact(value)}.` : "";
  const which = found.find((each) => each.world === world);
  const weights = app.engine.weightsOf(app.engine.worlds);
  const out = weights !== null && weights[world] === 0 ? " What the study conditions on rules this world out: its weight is 0." : "";
  return `World ${world} of this page${which ? `, ${which.title}` : ""}${moved}.${known}${out}`;
}

/** What may be said of the phase as a whole. */
function PhaseWords({ app, names, phase, phases, period, promised }) {
  const years = app.payload.curves.years;
  const { opening } = app.engine.description;
  const say = apart([...Object.values(phase.worth), ...Object.values(phase.flows)]);
  const share = phase.share >= 1 ? "It is certain to be here then." : phase.share <= 0 ? "In this world it is never here then; what follows is what would be done." : `In this world it is here then ${frequency(phase.share)} times.`;
  const inForce = Object.entries(phase.levels).filter(([, level]) => level !== 0).map(([name, level]) => `${names.measure(name)} ${exact(level)}${level === promised[name] ? "" : ` (promised ${exact(promised[name])})`}`);
  const missing = Object.entries(promised).filter(([name, level]) => level !== 0 && phase.levels[name] === 0).map(([name]) => names.measure(name));
  const column = (of) => listed(names.columns.map((each) => `${names.column(each)} ${say(of[each.name])}`));
  return html`<div class="phase-words">
    <p>${quoted(names.phase(phase.name))} in the period that begins in year ${exact(years[period])}${phase.type ? `, if ${names.actor(names.types.actor)} is ${readable(phase.type)}, which everybody knows` : ""}. ${share}
      ${phase.belief !== null && ` For others ${names.believed} is at ${apart([phase.belief])(phase.belief)} as it begins.`}</p>
    <dl class="brief"><dt>In force</dt><dd>${inForce.length ? stop(listed(inForce)) : "Nothing."}${missing.length ? ` Promised but not in force here: ${listed(missing)}.` : ""}</dd>
      <dt>A year here pays</dt><dd>${stop(column(phase.flows))}</dd>
      <dt>From here on it is worth</dt><dd>${stop(column(phase.worth))}</dd></dl>
    ${phase.nodes.length === 0 && html`<p>Nothing is decided here any more: the game stays in this phase.</p>`}
  </div>`;
}

/** What is said of an item of the tree, short. */
function wordsOf(opening, names, phases, phase, item) {
  const node = phase.nodes[item.node];
  if (item.parent === null) return { label: whoWords(names, node), p: 1, figures: "", belief: "", slip: false, end: "", closed: false };
  const mover = phase.nodes[item.parent.node];
  const move = mover.moves[item.move];
  const own = worthToMover(opening, phase.nodes, mover, move);
  const worths = own === null ? [] : mover.moves.map((each) => phase.nodes[each.to].values[own[0].column.name]);
  const say = apart(worths);
  const worth = own === null ? "" : own.length === 1 ? ` · ${say(own[0].worth)}` : ` · ${own.map((each) => say(each.worth)).join(" or ")}`;
  const closed = !item.leaf && item.children.length === 0;
  const slip = slipWords(names, opening, phase.nodes, mover, move);
  return {
    label: `${readable(move.label)}${slip ? ` (${slip})` : ""}`,
    p: move.probability,
    figures: `${frequency(move.probability)}${worth}`,
    belief: node.belief === null ? "" : `belief ${apart([mover.belief, node.belief])(mover.belief)} → ${apart([mover.belief, node.belief])(node.belief)}`,
    slip: slip !== "" && move.slip > 0.5 * move.probability,
    end: `${leadsWords(names, phases, phase, node)}${closed ? "…" : ""}`,
    closed,
  };
}

/** Children as they are shown: where they are many the likeliest, until all are asked for. */
function arrange(item, phase, whole) {
  const { children } = item;
  const node = phase.nodes[item.node];
  item.hidden = 0;
  if (children.length > FEW && !whole.has(item.key)) {
    const ranked = [...children].sort((a, b) => node.moves[b.move].probability - node.moves[a.move].probability);
    const kept = new Set(ranked.slice(0, SHOWN));
    item.shown = children.filter((child) => kept.has(child));
    item.hidden = children.length - SHOWN;
  } else item.shown = children;
  item.shown.forEach((child) => arrange(child, phase, whole));
  return item;
}

const seenOf = (item) => [item, ...item.shown.flatMap(seenOf)];

/** One line of the list; what is under it follows in a list of its own. */
function Item({ item, of }) {
  const node = of.phase.nodes[item.node];
  const words = of.words(item);
  const at = of.at === item.key;
  const many = item.shown.length > 0;
  const id = `why-${item.key}`;
  return html`<li role="none">
    <span class=${`why-row ${at ? "at" : ""}`} role="treeitem" id=${id} aria-owns=${many ? `${id}-below` : undefined} aria-level=${item.depth + 1} aria-expanded=${item.leaf ? undefined : many ? "true" : "false"} aria-selected=${at ? "true" : "false"} tabindex=${at ? 0 : -1} data-key=${item.key} onClick=${() => of.onPick(item)}>
      <span class=${`dot c-${item.parent === null ? colourOf(of.names, node) : colourOf(of.names, of.phase.nodes[item.parent.node])}`} aria-hidden="true">${item.leaf ? "■" : many ? "▾" : "▸"}</span>
      ${item.parent === null ? html`<strong>${words.label}</strong>` : html`<strong>${words.label}</strong> <span class="why-figures">${of.long(item)}</span> <span class="quiet">${leadsWords(of.names, of.phases, of.phase, node)}</span>`}
    </span>
    ${many && html`<ul role="group" id=${`${id}-below`}>${item.shown.map((child) => html`<${Item} key=${child.key} item=${child} of=${of} />`)}</ul>`}
    ${item.hidden > 0 && html`<button type="button" class="plain" tabindex="-1" onClick=${() => of.showAll(item)}>${counted(item.hidden, "other move")}, together ${frequency(rest(of.phase, item))}</button>`}
  </li>`;
}

const rest = (phase, item) => {
  const shown = new Set(item.shown.map((child) => child.move));
  return phase.nodes[item.node].moves.reduce((sum, move, m) => (shown.has(m) ? sum : sum + move.probability), 0);
};

/** The decision in hand: sentences and a table of its moves. */
function Decision({ app, names, phase, phases, item }) {
  const { opening } = app.engine.description;
  const at = item.leaf ? item.parent : item;
  const node = phase.nodes[at.node];
  const first = item.leaf ? item.move : likeliest(node);
  const order = [first, ...node.moves.map((_, m) => m).filter((m) => m !== first).sort((a, b) => node.moves[b].probability - node.moves[a].probability)];
  const sayWorth = new Map(opening.columns.map(({ name }) => [name, apart(node.moves.map((move) => phase.nodes[move.to].values[name]))]));
  const hidden = node.belief !== null;
  const columns = ["Move", "chance", ...(hidden ? names.types.names.map((name) => `if ${readable(name)}`) : []), "bound", names.slip, ...(hidden ? [`belief in ${names.second} after`] : []), ...names.columns.map((column) => `worth to ${names.column(column)}`)];
  const cases = (p) => (p === null ? "" : p > 0 && p < 0.0005 ? "<0.1" : exact(Math.round(1000 * p) / 10));
  const rows = order.slice(0, 50).map((m) => {
    const move = node.moves[m];
    const next = phase.nodes[move.to];
    return [`${readable(move.label)}: ${leadsWords(names, phases, phase, next)}`, cases(move.probability), ...(hidden ? Object.values(move.byType).map(cases) : []), move.bound ? cases(move.bound) : "", cases(move.slip), ...(hidden ? [apart([next.belief, node.belief])(next.belief)] : []), ...names.columns.map(({ name }) => sayWorth.get(name)(next.values[name]))];
  });
  const noise = node.noise === null ? "" : ` Noise ${exact(node.noise)}: how much a difference in worth must come to before it tells.`;
  return html`<section class="answer decision" aria-label="The decision in hand" aria-live="polite">
    <h2>${whoWords(names, node)}</h2>
    <p class="quiet">Play comes here in ${frequency(node.reach)} plays of the phase.${noise}${hidden ? ` Belief in ${quoted(names.second)} here: ${apart([node.belief])(node.belief)}.` : ""}</p>
    ${order.slice(0, 3).map((m, n) => html`<p key=${m} class=${n === 0 ? "lead" : ""}>${moveWords(names, opening, phase.nodes, node, m)} ${n === 0 ? beliefWords(names, phase.nodes, node, m) : ""}</p>`)}
    <${Table} caption="Every move, chances in 100" columns=${columns} rows=${rows} />
    ${node.kind === "decision" && html`<p><button type="button" class="plain" onClick=${() => flipIt(app, phase, at.node)}>What would make another move the likeliest here?</button></p>`}
  </section>`;
}

/** Ask on the screen for flips what would turn a decision around. */
function flipIt(app, phase, node) {
  const { state } = app;
  askFlips(app, { kind: "decision", arrangement: state.focus.peek(), world: state.world.peek(), phase: phase.name, type: phase.type, period: state.period.peek() ?? 0, node });
}

/** The keys of a tree (WAI-ARIA): up and down, right to open, left to close or to go up, Home, End, Enter. */
function useKeys(seen, at, go, toggle) {
  return (event) => {
    const here = seen.findIndex((item) => item.key === at);
    const item = seen[here];
    const moves = {
      ArrowDown: () => seen[here + 1],
      ArrowUp: () => seen[here - 1],
      Home: () => seen[0],
      End: () => seen.at(-1),
      ArrowRight: () => (item.shown.length ? item.shown[0] : (toggle(item, true), null)),
      ArrowLeft: () => (item.shown.length && item.parent !== null ? (toggle(item, false), null) : item.parent),
      Enter: () => (toggle(item, item.shown.length === 0), null),
      " ": () => (toggle(item, item.shown.length === 0), null),
    };
    const move = event.ctrlKey || event.metaKey || event.altKey ? undefined : moves[event.key];
    if (move === undefined || item === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const to = move();
    if (to) go(to);
  };
}

function Tree({ app, names, phase, phases }) {
  const { opening } = app.engine.description;
  const [opened, setOpened] = useState(new Map());
  const [whole, setWhole] = useState(new Set());
  const [at, setAt] = useState("r");
  const [pointed, setPointed] = useState(null);
  const list = useRef(null);
  const wanted = useRef(null);
  const [place, width] = useWidth(900);
  const root = treeOf(phase, (item) => opened.get(item.key) ?? (item.depth === 0 || (item.share >= LIKELY && item.depth < DEEP)));
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    list.current?.querySelector(`[data-key="${wanted.current}"]`)?.focus();
    wanted.current = null;
  });
  if (root === null) return null;
  arrange(root, phase, whole);
  const seen = seenOf(root);
  const here = seen.find((item) => item.key === at) ?? root;
  const toggle = (item, open) => !item.leaf && setOpened(new Map(opened).set(item.key, open));
  const go = (item) => {
    wanted.current = item.key;
    setAt(item.key);
  };
  const of = {
    names,
    phase,
    phases,
    at: here.key,
    words: (item) => wordsOf(opening, names, phases, phase, item),
    long(item) {
      const mover = phase.nodes[item.parent.node];
      const move = mover.moves[item.move];
      const own = worthToMover(opening, phase.nodes, mover, move);
      const parts = [frequency(move.probability)];
      if (own !== null) parts.push(`worth ${own.map(({ column, worth }) => `${apart(mover.moves.map((each) => phase.nodes[each.to].values[column.name]))(worth)} to ${names.column(column)}`).join(", ")}`);
      const { belief } = of.words(item);
      if (belief) parts.push(belief);
      if (move.bound > 0) parts.push(`bound ${frequency(move.bound)}`);
      return parts.join(" · ");
    },
    onPick(item) {
      if (item.key === here.key) toggle(item, item.shown.length === 0);
      go(item);
    },
    onPoint: setPointed,
    showAll(item) {
      setWhole(new Set(whole).add(item.key));
      go(item);
    },
  };
  const inHand = seen.find((item) => item.key === pointed?.key) ?? here;
  const actors = [...new Set(phase.nodes.filter((node) => node.kind === "decision").map((node) => node.actor))];
  return html`<div class="why-tree">
    <div class="tree-frame" ref=${place}>
      <p class="legend">${actors.map((actor) => html`<span key=${actor}><svg class="key" width="12" height="12" aria-hidden="true"><circle class=${`swatch c-${colourOf(names, { kind: "decision", actor })}`} cx="6" cy="6" r="5" /></svg> ${names.actor(actor)} decides </span>`)}<span>◆ chance · ■ an end · as thick as it is likely · dashed: a ${names.slip}, which its mover ranks below another · numbers: what it is worth to the mover</span></p>
      <div class="wide drawn">${drawTree(root, of, width)}</div>
    </div>
    <${Decision} app=${app} names=${names} phase=${phase} phases=${phases} item=${inHand.parent === null && inHand.leaf ? root : inHand} />
    <h2 id="why-list">The same as a list</h2>
    <p class="quiet">Arrows walk through it, right opens, left closes; what has the focus is told above.</p>
    <ul role="tree" class="why-list" aria-labelledby="why-list" ref=${list} onKeyDown=${useKeys(seen, here.key, go, toggle)} onFocusIn=${(event) => {
      const key = event.target.getAttribute("data-key");
      if (key !== null && key !== at) setAt(key);
    }}><${Item} item=${root} of=${of} /></ul>
  </div>`;
}

function Why({ app }) {
  const { engine, state, payload } = app;
  const heading = html`<h1 id="screen-title" tabindex="-1">Why: one world, move by move</h1>`;
  const period = Math.min(state.period.value ?? 0, engine.description.horizon.periods - 1);
  const [believed, setBelieved] = useState(null);
  if (!engine.opens) return html`<div>${heading}<p>The program of this page cannot lay a world open, because that would have made it too large. <code>backstop explain</code> can.</p></div>`;
  return html`<${Opened} app=${app} heading=${heading} period=${period} believed=${believed} setBelieved=${setBelieved} years=${payload.curves.years} />`;
}

function Opened({ app, heading, period, believed, setBelieved, years }) {
  const { state } = app;
  const found = useOpened(app, period, believed);
  const names = namesOf(app);
  const { periods } = app.engine.description.horizon;
  const pickers = (phases, phase) => html`<div class="pickers"><${FocusPicker} app=${app} id="why-focus" />
    <${Select} id="why-year" label="Year" value=${String(period)} options=${Array.from({ length: periods }, (_, i) => [String(i), exact(years[i])])} onPick=${(text) => app.act.look({ period: Number(text) })} />
    ${phases && html`<${Select} id="why-phase" label="Phase" value=${keyOf(phase)} options=${optionsOf(names, phases)} onPick=${(name) => app.act.look({ phase: name })} />`}
  </div>`;
  const frame = (inside, phases = null, phase = null) => html`<div class="why">${heading}${pickers(phases, phase)}<${WorldPicker} app=${app} />${inside}</div>`;
  if (found === null) return frame(html`<p class="quiet">Laying the world open…</p>`);
  if (found.failed) return frame(html`<p class="wrong" role="alert">The world could not be laid open: ${found.failed}</p>`);
  if (found.flagged) return frame(html`<p class="wrong" role="alert">In this world something in use is not what it must be (a value that is not finite, a probability out of bounds). <code>backstop explain</code> says what and where.</p>`);
  const phase = phaseShown(found.phases, state.phase.value);
  const promised = state.levels.value.find(({ key }) => key === state.focus.value).levels;
  const world = state.world.value;
  const focus = state.focus.value;
  const command = `${commandLine(app, "explain").replace(/ --worlds \S+( --out-of \S+)?/, "").replace(/ --json$/, "")} --arrangement ${focus}${world === "central" ? "" : ` --world ${app.payload.draws.numbers?.[world] ?? world}`}${years[period] ? ` --year ${years[period]}` : ""} --all`;
  return frame(html`
    ${!found.settled && html`<p class="wrong">In this world the values do not settle: replies cycle, or the tail is cut off.</p>`}
    <${PhaseMap} app=${app} names=${names} phase=${phase} phases=${found.phases} period=${found.period} onPick=${(at, of) => app.act.look({ period: at, phase: keyOf(of) })} />
    <${PhaseWords} app=${app} names=${names} phase=${phase} phases=${found.phases} period=${found.period} promised=${promised} />
    ${phase.belief !== null && html`<${Believed} names=${names} phase=${phase} believed=${believed} setBelieved=${setBelieved} />`}
    <${Tree} key=${keyOf(phase)} app=${app} names=${names} phase=${phase} phases=${found.phases} />
    <${Copyable} app=${app} label="The same on the command line" text=${command} />`, found.phases, phase);
}

/** The phases to choose from: those that can be come to then, the likeliest first, and the others. */
function optionsOf(names, phases) {
  const sorted = phases.map((phase, at) => [phase, at]).sort(([a, i], [b, j]) => b.share - a.share || i - j);
  const type = (phase) => (phase.type ? `, if ${readable(phase.type)}` : "");
  return sorted.map(([phase]) => [keyOf(phase), `${names.phase(phase.name)}${type(phase)} – ${phase.share > 0 ? frequency(phase.share) : "never then"}`]);
}

/** What if others believed something else as the phase begins? */
function Believed({ names, phase, believed, setBelieved }) {
  return html`<div class="believed"><label for="why-belief">If for others ${names.believed} were at</label>
    <input id="why-belief" type="range" min="0" max="1" step="0.01" value=${believed ?? phase.belief} aria-valuetext=${apart([0.5])(believed ?? phase.belief)} onInput=${(event) => setBelieved(Number(event.currentTarget.value))} />
    <output for="why-belief">${apart([0.5])(believed ?? phase.belief)}</output>
    <button type="button" class="plain" disabled=${believed === null} onClick=${() => setBelieved(null)}>What they do believe</button></div>`;
}

export const screen = { name: "why", title: "Why", key: "y", served: false, wide: true, render: (app) => html`<${Why} app=${app} />` };
