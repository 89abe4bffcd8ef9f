/** What would flip it: the least change of one slider that turns a figure, an order, a claim or a decision around. */

import { html } from "vendor/htm";
import { signal } from "vendor/signals";
import { useEffect, useState } from "vendor/hooks";
import { movedBy, search, SCAN, STEPS } from "../flips.js";
import { verdictWords } from "../charts/lamp.js";
import { namesOf, readable } from "../opened.js";
import { standing } from "../parts/control.js";
import { Select, arrangementOptions } from "../parts/pickers.js";
import { Table } from "../parts/figure.js";
import { phasesOf } from "../why.js";
import { leadMetric, metricOf } from "../sentences.js";
import { titleOf } from "../state.js";
import { amount, capital, clause, counted, exact, listed, quoted, stop, whole } from "../words.js";

/** What is asked; the screen "Why" puts a decision here. Null: the headline figure. */
export const asked = signal(null);

/** Go and ask what would flip something. */
export function askFlips(app, target) {
  asked.value = target;
  app.act.go("flips");
  requestAnimationFrame(() => document.getElementById("screen-title")?.focus());
}

const KINDS = [["metric", "a figure passes a value"], ["ahead", "another arrangement is ahead"], ["claim", "a claim has another verdict"], ["decision", "another move is the likeliest"]];

/** What is asked first of a kind. */
function firstOf(app, kind) {
  const { payload, state } = app;
  const metric = leadMetric(app);
  const arrangement = state.focus.value;
  if (kind === "metric") return { kind, arrangement, metric: metric.name, threshold: metric.probability ? 0.5 : round(meanOf(app, arrangement, metric)) };
  const others = state.levels.value.map(({ key }) => key).filter((key) => key !== arrangement);
  if (kind === "ahead") return { kind, metric: metric.name, one: arrangement, other: others[0] };
  if (kind === "claim") return { kind, claim: payload.claims.find((claim) => claim.test !== null)?.name };
  return { kind, arrangement, world: state.world.value, phase: null, type: null, period: state.period.value ?? 0, node: null };
}

const round = (value) => Number(value.toPrecision(2));

function meanOf(app, arrangement, metric) {
  const row = app.answer.value?.answers[arrangement]?.metrics?.[metric.name];
  if (!row) return 0;
  const known = row.filter(Number.isFinite);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : 0;
}

/** The decisions of a period of a world, in the order of their trees, with how likely each is come to. */
function useDecisions(app, target) {
  const [found, setFound] = useState(null);
  const levels = target.kind === "decision" ? app.state.levels.value.find(({ key }) => key === target.arrangement)?.levels : null;
  const set = app.state.sliders.value;
  const key = JSON.stringify([levels, set, target.world, target.period]);
  useEffect(() => {
    if (!levels || !app.engine.opens) return undefined;
    let gone = false;
    app.engine.trace({ levels, set, world: target.world, periods: [target.period] }).then((of) => {
      if (gone) return;
      const phases = phasesOf(app.engine.description, of, 0, target.period);
      setFound(phases.flatMap((phase) => phase.nodes.map((node, at) => ({ phase, node, at, likely: phase.share * node.reach })).filter(({ node }) => node.kind === "decision")));
    });
    return () => (gone = true);
  }, [key]);
  return found;
}

const idOf = (phase, at) => `${phase.name};${phase.type ?? ""};${at}`;

/** What is asked, to be chosen. */
function Question({ app, target, onPick, decisions }) {
  const { payload } = app;
  const put = (part) => onPick({ ...target, ...part });
  const metric = target.metric ? metricOf(app, target.metric) : null;
  const scale = metric?.probability ? 100 : 1;
  const figures = payload.metrics.map((each) => [each.name, each.title]);
  const all = arrangementOptions(app);
  const names = app.engine.opens ? namesOf(app) : null;
  return html`<div class="pickers flip-question">
    <${Select} id="flip-kind" label="What would it take that" value=${target.kind} options=${KINDS.filter(([kind]) => (kind !== "claim" || payload.claims.some((claim) => claim.test !== null)) && (kind !== "decision" || app.engine.opens) && (kind !== "ahead" || all.length > 1))} onPick=${(kind) => onPick(firstOf(app, kind))} />
    ${metric && html`<${Select} id="flip-metric" label="Figure" value=${target.metric} options=${figures} onPick=${(name) => put({ metric: name })} />`}
    ${target.kind === "metric" && html`<label class="number" for="flip-value">${scale === 100 ? "cases in 100" : "value"} <input id="flip-value" class="typed" type="text" inputmode="decimal" autocomplete="off" value=${exact(scale * target.threshold)} onChange=${(event) => {
      const number = Number(event.currentTarget.value.replace(/,/g, ""));
      if (Number.isFinite(number)) put({ threshold: number / scale });
      else event.currentTarget.value = exact(scale * target.threshold);
    }} /></label>`}
    ${(target.kind === "metric" || target.kind === "decision") && html`<${Select} id="flip-arrangement" label="under" value=${target.arrangement} options=${all} onPick=${(arrangement) => put({ arrangement })} />`}
    ${target.kind === "ahead" && html`<${Select} id="flip-one" label="of" value=${target.one} options=${all} onPick=${(one) => put({ one })} /><${Select} id="flip-other" label="and" value=${target.other} options=${all} onPick=${(other) => put({ other })} />`}
    ${target.kind === "claim" && html`<${Select} id="flip-claim" label="Claim" value=${target.claim} options=${payload.claims.filter((claim) => claim.test !== null).map((claim) => [claim.name, claim.title])} onPick=${(claim) => put({ claim })} />`}
    ${target.kind === "decision" && decisions && html`<${Select} id="flip-node" label=${`in ${target.world === "central" ? "the central world" : `world ${target.world}`}, year ${exact(payload.curves.years[target.period])}:`} value=${target.node === null ? "" : `${target.phase};${target.type ?? ""};${target.node}`}
      options=${decisions.map(({ phase, node, at, likely }) => [idOf(phase, at), `${names.phase(phase.name)}${phase.type ? ` (if ${readable(phase.type)})` : ""}: ${names.actor(node.actor)}${node.title ? `, ${node.title}` : ""}${likely > 0 ? "" : " (never come to)"}${node.belief !== null ? `, belief ${exact(Math.round(1000 * node.belief) / 1000)}` : ""}`])}
      onPick=${(id) => {
        const [phase, type, at] = id.split(";");
        put({ phase, type: type || null, node: Number(at) });
      }} />`}
  </div>`;
}

/** What an answer is called. */
function stateWords(app, target, state) {
  if (state === "fault") return "not to be solved";
  if (state === "no figure" || state === "not judged") return state;
  if (target.kind === "metric") {
    const metric = metricOf(app, target.metric);
    return `${state} ${metric.probability ? `${exact(100 * target.threshold)} of 100` : exact(target.threshold)}`;
  }
  if (target.kind === "ahead") return state === "neither" ? "neither is ahead" : `${quoted(titleOf(app.payload, state, true))} is higher`;
  if (target.kind === "claim") return verdictWords(state);
  const { opening } = app.engine.description;
  const phase = opening.phases.find(({ name }) => name === target.phase);
  return quoted(readable(opening.plays[phase.play][target.node].moves[Number(state)]));
}

/** What the answer is as things stand, in a sentence. */
function baseWords(app, target, base) {
  if (base.figure === null && ["fault", "no figure", "not judged"].includes(base.state)) return "As things are set there is no answer that could flip: some world cannot be solved, or the figure has no value.";
  const words = stateWords(app, target, base.state);
  if (target.kind === "metric") {
    const metric = metricOf(app, target.metric);
    const figure = base.figure === null ? "no figure" : metric.probability ? `${exact(Math.round(1000 * base.figure) / 10)} of 100` : exact(base.figure);
    return stop(`As things are set, ${quoted(clause(metric.title))} under ${quoted(titleOf(app.payload, target.arrangement))} is ${figure} on average over worlds: ${words}`);
  }
  if (target.kind === "ahead") return stop(`As things are set, of ${quoted(titleOf(app.payload, target.one))} and ${quoted(titleOf(app.payload, target.other))} ${words} in ${quoted(clause(metricOf(app, target.metric).title))} on average over worlds`);
  if (target.kind === "claim") return stop(`As things are set, ${quoted(app.payload.claims.find((claim) => claim.name === target.claim).title)} ${words.startsWith("leans") ? "" : "is "}${words}`);
  return stop(`As things are set, ${words} is the likeliest move there, ${exact(Math.round(1000 * base.figure) / 10)} of 100`);
}

/** Where a slider has to go, in a cell. */
function changeWords(control, flip) {
  const to = amount(flip.value, control.unit);
  if (flip.direction === "held") return `held at its middle, ${to}, in every world`;
  return `from ${exact(flip.from)} ${flip.direction === "up" ? "up" : "down"} to ${to}`;
}

function Flips({ app }) {
  const [working, setWorking] = useState(null);
  const [result, setResult] = useState(null);
  const [token] = useState({ at: 0 });
  const target = asked.value ?? firstOf(app, "metric");
  const decisions = useDecisions(app, target);
  const ready = target.kind !== "decision" || target.node !== null;
  useEffect(() => () => (token.at += 1), []);
  useEffect(() => {
    if (target.kind !== "decision" || target.node !== null || !decisions?.length) return;
    const likely = decisions.reduce((best, each) => (each.likely > best.likely ? each : best));
    asked.value = { ...target, phase: likely.phase.name, type: likely.phase.type, node: likely.at };
  }, [decisions, target]);
  const pick = (next) => {
    token.at += 1;
    setWorking(null);
    setResult(null);
    asked.value = next;
  };
  const measures = movedBy(target).length > 0;
  const locked = app.state.locked.value;
  const searched = [...app.controls.values()].filter((control) => (control.kind === "parameter" ? control.used : measures) && !locked.includes(control.name));
  const run = async () => {
    const mine = ++token.at;
    setResult(null);
    setWorking({ done: 0, of: searched.length, flips: [] });
    const set = app.state.sliders.peek();
    const levels = Object.fromEntries(app.state.levels.peek().map(({ key, levels: of }) => [key, of]));
    try {
      const engine = await app.engine.beside();
      const began = performance.now();
      const found = await search({ engine, payload: app.payload, target, controls: searched, set, levels }, (done, of, flips) => {
        if (mine !== token.at) return false;
        setWorking({ done, of, flips: [...flips] });
        return true;
      });
      if (mine !== token.at || found === null) return;
      setWorking(null);
      setResult({ ...found, target, set, seconds: (performance.now() - began) / 1000, searched: searched.length });
      app.act.say(found.flips.length ? `${counted(found.flips.length, "change")} of a single slider ${found.flips.length === 1 ? "flips" : "flip"} it.` : "No single slider flips it.");
    } catch (error) {
      if (mine !== token.at) return;
      setWorking({ failed: error.message });
    }
  };
  const halt = () => {
    token.at += 1;
    setWorking(null);
  };
  return html`<div class="flips"><h1 id="screen-title" tabindex="-1">What would flip it</h1>
    <p class="quiet">The least change of one slider, all others left as they are set, that turns the answer around. An assumption that is not set varies between worlds; its slider is then moved from its middle, in all worlds alike.</p>
    <${Question} app=${app} target=${target} onPick=${pick} decisions=${decisions} />
    ${target.kind === "claim" && html`<p class="quiet">A claim says itself under which measures it is tested, so only assumptions are moved.</p>`}
    <p>${working && !working.failed ? html`<button type="button" class="plain" onClick=${halt}>Stop</button> <span role="status">${working.done} of ${counted(working.of, "slider")} searched…</span> <progress aria-label="Sliders searched" max=${working.of} value=${working.done}></progress>` : html`<button type="button" class="do" disabled=${!ready} onClick=${run}>Search ${counted(searched.length, "slider")}</button>`}</p>
    ${working?.failed && html`<p class="wrong" role="alert">The search failed: ${working.failed}</p>`}
    ${working && !working.failed && working.flips.length > 0 && html`<${Found} app=${app} target=${target} flips=${working.flips} />`}
    ${result && html`<${Result} app=${app} result=${result} />`}
  </div>`;
}

function Result({ app, result }) {
  const { flips, still, target, base } = result;
  const title = (name) => app.controls.get(name).title;
  const stale = app.state.sliders.value !== result.set;
  return html`<section class="answer" aria-label="What flips it">
    <p>${baseWords(app, target, base)}</p>
    <p class="lead">${flips.length === 0 ? (["fault", "no figure", "not judged"].includes(base.state) ? "Nothing was searched." : "No single slider flips it.") : `The smallest change that flips it: ${quoted(title(flips[0].control))} ${changeWords(app.controls.get(flips[0].control), flips[0])}.`}</p>
    ${stale && html`<p class="moved">Sliders have been moved since: this is what was found before.</p>`}
    <${Found} app=${app} target=${target} flips=${flips} />
    ${still.length > 0 && flips.length > 0 && html`<details><summary>${capital(counted(still.length, "slider"))} by themselves flip nothing</summary><p>${stop(listed(still.map(title)))}</p></details>`}
    <p class="quiet">${target.kind === "decision" ? "One world was looked at" : `All ${whole(app.engine.worlds)} worlds of the page were looked at`}: ${counted(result.searched, "slider")} each way, at ${SCAN} even steps from where it stands to its end and, between the first that flips and the one before, to one in ${STEPS} of the way. What flips and turns back between two steps is not found. ${exact(Math.round(10 * result.seconds) / 10)} seconds.</p>
  </section>`;
}

function Found({ app, target, flips }) {
  if (!flips.length) return null;
  const rows = flips.map((flip) => {
    const control = app.controls.get(flip.control);
    return [
      control.title,
      changeWords(control, flip),
      flip.direction === "held" ? "-" : `${exact(Math.round(1000 * flip.size) / 10)} in 100`,
      stateWords(app, target, flip.state),
      html`<button type="button" class="plain" disabled=${app.state.locked.value.includes(control.name)} aria-label=${`Set ${control.title} to ${exact(flip.value)}`} onClick=${() => apply(app, target, flip)}>${standing(app, control).set && standing(app, control).value === flip.value ? "Set" : "Set it"}</button>`,
    ];
  });
  return html`<${Table} caption="Smallest first: how far each slider has to go" columns=${["Slider", "change", "share of its range", "then", ""]} rows=${rows} />`;
}

/** Put a slider where it flips the answer; a measure makes the reader's own arrangement, begun as a copy of the one asked about. */
function apply(app, target, flip) {
  const control = app.controls.get(flip.control);
  if (control.kind === "measure") {
    const [of] = movedBy(target);
    if (of !== "yours") app.act.begin(of);
  }
  app.act.set(flip.control, flip.value);
  app.act.say(`${control.title} is set to ${exact(flip.value)}.`);
}

export const screen = { name: "flips", title: "What flips it", key: "f", served: false, render: (app) => html`<${Flips} app=${app} />` };
