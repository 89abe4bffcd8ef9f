/**
 * The least change of one slider that flips an answer.
 *
 * Answers need not move one way, so each slider is looked at from where it stands to either end: at `SCAN` even steps,
 * nearest first, and between the first step that flips and the one before by bisection, on a grid of `STEPS` steps. A
 * flip that comes and goes again between two steps of the scan is not found. As `questions/claims/least_level.py`.
 */

import { codesBy } from "./claims.js";
import { faultyWorlds, summaries } from "./summary.js";
import { judge } from "./verdict.js";

/** Answers that are none: with a slider there nothing can be said, so nothing has flipped. */
const NONE = new Set(["no figure", "not judged", "fault"]);
const flipped = (state, base) => state !== base && !NONE.has(state);

export const STEPS = 1024;
export const SCAN = 16;
const LANE = "flips";

/** The value so many steps from one to another. */
export const valueAt = (from, to, step) => (step === STEPS ? to : from + (to - from) * (step / STEPS));

/**
 * The first flip on the way from a value to another: {value, state, before} or null. `before`: the last value tried
 * that does not flip.
 *
 * @param {(values: number[]) => Promise<string[] | null>} ask states by value; null: stopped
 * @param {string} base the state that is to be left
 * @param {number} together how many values are asked about at once
 * @returns {Promise<object | null | undefined>} undefined: stopped
 */
export async function firstFlip(ask, base, from, to, together = 1) {
  const places = Array.from({ length: SCAN }, (_, k) => ((k + 1) * STEPS) / SCAN);
  let [low, high, found] = [0, null, null];
  for (let first = 0; first < places.length && high === null; first += together) {
    const some = places.slice(first, first + together);
    const states = await ask(some.map((place) => valueAt(from, to, place)));
    if (states === null) return undefined;
    const at = states.findIndex((state) => flipped(state, base));
    if (at >= 0) {
      [high, found] = [some[at], states[at]];
      if (at > 0) low = some[at - 1];
    } else low = some.at(-1);
  }
  if (high === null) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const states = await ask([valueAt(from, to, middle)]);
    if (states === null) return undefined;
    if (!flipped(states[0], base)) low = middle;
    else [high, found] = [middle, states[0]];
  }
  return { value: valueAt(from, to, high), state: found, before: valueAt(from, to, low) };
}

/** The first of some values, in their order, that flips. */
async function firstOf(ask, base, values) {
  if (!values.length) return null;
  const states = await ask(values);
  if (states === null) return undefined;
  const at = states.findIndex((state) => flipped(state, base));
  return at < 0 ? null : { value: values[at], state: states[at], before: at > 0 ? values[at - 1] : null };
}

/**
 * What is asked, as a function of what is set: `state({set, levels}) -> Promise<string[]|null>` for several settings.
 *
 * `target`: {kind: "metric", arrangement, metric, threshold} says `at least` or `below`; {kind: "ahead", metric, one, other}
 * says which is higher; {kind: "claim", claim} the verdict; {kind: "decision", arrangement, world, phase, period, node}
 * the most likely move, by number.
 */
export function question(engine, payload, target) {
  const weights = engine.weightsOf(engine.worlds);
  const means = async (arrangements, set) => {
    const metrics = [target.metric];
    const solved = await engine.solve({ arrangements, set, worlds: engine.worlds, wanted: ["metrics"], metrics, lane: LANE });
    if (solved === null) return null;
    if (arrangements.some(({ key }) => faultyWorlds(solved.answers[key]) > 0)) return "fault";
    return arrangements.map(({ key }) => summaries(solved.answers[key].metrics, weights)[target.metric].mean);
  };
  const one = {
    async metric({ set, levels }) {
      const found = await means([{ key: "asked", levels: levels[target.arrangement] }], set);
      if (found === null) return null;
      if (found === "fault") return { state: found, figure: null };
      const [mean] = found;
      return { state: mean === null ? "no figure" : mean >= target.threshold ? "at least" : "below", figure: mean };
    },
    async ahead({ set, levels }) {
      const found = await means([{ key: "one", levels: levels[target.one] }, { key: "other", levels: levels[target.other] }], set);
      if (found === null) return null;
      if (found === "fault") return { state: found, figure: null };
      const [a, b] = found;
      if (a === null || b === null) return { state: "no figure", figure: null };
      return { state: Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)) ? "neither" : a > b ? target.one : target.other, figure: a - b };
    },
    async claim({ set }) {
      const claim = payload.claims.find((each) => each.name === target.claim);
      const of = await codesBy(engine, claim, set, LANE);
      if (of === null) return null;
      if (of.faults > 0) return { state: "fault", figure: null };
      const { codes } = of;
      const verdict = judge(codes, weights);
      return { state: verdict === null ? "not judged" : verdict.verdict, figure: verdict?.share ?? null };
    },
  };
  if (target.kind === "decision") return decisions(engine, target);
  return {
    together: 1,
    async states(settings) {
      const found = [];
      for (const setting of settings) {
        const here = await one[target.kind](setting);
        if (here === null) return null;
        found.push(here);
      }
      return found;
    },
  };
}

/** What is most likely at a node of a world, for several settings at once: two in each pair. */
function decisions(engine, target) {
  const { opening } = engine.description;
  const names = opening.phases.map(({ name }) => name);
  const at = names.indexOf(target.phase);
  const phase = opening.phases[at];
  const kind = target.type ? opening.types.names.indexOf(target.type) : 0;
  const node = opening.plays[phase.play][target.node];
  const start = phase.offset + Math.max(0, kind) * opening.type_bytes.blocks + node.moves_at;
  const places = node.moves.map((_, m) => start + m * opening.parts.move_bytes);
  return {
    together: SCAN,
    async states(settings) {
      const each = settings.map(({ set, levels }) => ({ world: target.world, set, levels: levels[target.arrangement] }));
      const pairs = [];
      for (let i = 0; i < each.length; i += 2) pairs.push([each[i], each[i + 1] ?? each[i]]);
      const found = await engine.pool.open({ pairs, periods: [target.period], places });
      return settings.map((_, i) => {
        const of = found[i >> 1];
        if (of.flagged[i % 2]) return { state: "fault", figure: null };
        const chances = node.moves.map((_move, m) => of.blocks[0][2 * m + (i % 2)]);
        const best = chances.reduce((top, p, m) => (p > chances[top] ? m : top), 0);
        return { state: String(best), figure: chances[best] };
      });
    },
  };
}

/** The arrangements whose levels a slider of a measure moves: those the target is about. */
export const movedBy = (target) => (target.kind === "metric" || target.kind === "decision" ? [target.arrangement] : target.kind === "ahead" ? [target.one] : []);

/**
 * Every slider searched, one after the other.
 *
 * @param {object} asked {engine, payload, target, controls, set, levels}: `levels` of every arrangement by name
 * @param {(done: number, of: number, found: object[]) => boolean} told is told after each slider; false stops
 * @returns {Promise<{base: object, flips: object[], still: string[]} | null>} `flips` sorted by the share of its range that
 *   a slider has to move; `still`: sliders that flip nothing; null where the search was stopped
 */
export async function search({ engine, payload, target, controls, set, levels }, told) {
  const asking = question(engine, payload, target);
  const [base] = (await asking.states([{ set, levels }])) ?? [null];
  if (base === null) return null;
  const [flips, still] = [[], []];
  if (NONE.has(base.state)) return { base, flips, still };
  const moved = movedBy(target);
  // One world has a value of every assumption; over all worlds a slider is moved from its middle.
  const single = target.kind === "decision";
  const drawn = (control) => (single && target.world !== "central" ? engine.parameter({})(control.name, target.world) : control.default);
  for (const [count, control] of controls.entries()) {
    const parameter = control.kind === "parameter";
    const put = (value) =>
      parameter
        ? { set: { ...set, [control.name]: value }, levels }
        : { set, levels: { ...levels, ...Object.fromEntries(moved.map((key) => [key, { ...levels[key], [control.name]: value }])) } };
    let figures = new Map();
    const ask = async (values) => {
      const found = await asking.states(values.map(put));
      found?.forEach(({ figure }, i) => figures.set(values[i], figure));
      return found === null ? null : found.map(({ state }) => state);
    };
    const from = parameter ? (set[control.name] ?? drawn(control)) : levels[moved[0]][control.name] ?? control.default;
    const span = control.maximum - control.minimum || 1;
    const here = [];
    const add = (flip, direction) => here.push({ control: control.name, direction, from, ...flip, figure: figures.get(flip.value), size: Math.abs(flip.value - from) / span });
    if (parameter && set[control.name] === undefined && !single) {
      // It varies between worlds: to hold it at its middle in all of them is a change of its own.
      const states = await ask([from]);
      if (states === null) return null;
      if (flipped(states[0], base.state)) add({ value: from, state: states[0], before: null }, "held");
    }
    for (const [direction, to] of here.length ? [] : [["up", control.maximum], ["down", control.minimum]]) {
      if (to === from) continue;
      const values = control.values?.filter((value) => (direction === "up" ? value > from : value < from)).sort((a, b) => Math.abs(a - from) - Math.abs(b - from));
      const flip = values ? await firstOf(ask, base.state, values) : await firstFlip(ask, base.state, from, to, asking.together);
      if (flip === undefined) return null;
      if (flip !== null) add(flip, direction);
    }
    if (here.length) flips.push(...here);
    else still.push(control.name);
    flips.sort((a, b) => a.size - b.size || (a.control < b.control ? -1 : 1));
    if (!told(count + 1, controls.length, flips)) return null;
  }
  return { base, flips, still };
}
