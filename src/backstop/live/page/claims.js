/**
 * The claims of the study, judged on what is solved here: which promises must be solved for them, and what is so in
 * every world (`questions/claims/requirements.py`).
 */
import { occurs } from "./expression.js";
import { quantiles } from "./statistics.js";
import { MARGIN, faultyWorlds } from "./summary.js";
import { FALSE, MOOT, TRUE, judge } from "./verdict.js";

/** The key of a promise: its levels, whatever their order. */
export function promiseKey(levels) {
  return `promise ${JSON.stringify(Object.entries(levels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/**
 * What must be solved to judge claims: [{key, levels, wanted, metrics}], each promise once. Claims that look for a
 * level (`threshold`) ask for many: they are left out unless `thresholds`.
 */
export function claimRequests(claims, thresholds = false) {
  const found = new Map();
  for (const { test } of claims) {
    if (test === null || (test.kind === "threshold" && !thresholds)) continue;
    for (const levels of promisesOf(test)) {
      const key = promiseKey(levels);
      const metrics = new Set([...(found.get(key)?.metrics ?? []), ...test.metrics]);
      found.set(key, { key, levels, wanted: ["metrics"], metrics: [...metrics] });
    }
  }
  return [...found.values()];
}

function promisesOf(test) {
  if (test.kind !== "threshold") return test.promises;
  return test.levels.map((level) => ({ ...test.promises[0], [test.measures[0]]: level }));
}

/**
 * Verdicts by claim, as Python's `Verdict.as_dict()`, from `answers` that hold what `claimRequests` asks for; null for
 * a claim that cannot be judged, and no entry for one whose promises were not solved.
 */
export function judgeClaims(claims, answers, { weights, worlds, parameter }) {
  const found = {};
  for (const { name, test } of claims) {
    if (test === null) {
      found[name] = null;
      continue;
    }
    const solved = promisesOf(test).map((levels) => answers[promiseKey(levels)]?.metrics);
    if (solved.some((each) => each === undefined)) continue;
    found[name] = judge(codesOf(test, solved, { weights, worlds, parameter }), weights);
  }
  return found;
}

/** The codes of one claim by world with what is set, solved in a lane of its own, and how many `faults` there are; null
 *  where that was overtaken. */
export async function codesBy(engine, claim, set, lane) {
  const { worlds } = engine;
  const solved = await engine.solve({ arrangements: claimRequests([claim], true), set, worlds, lane });
  if (solved === null) return null;
  const metrics = promisesOf(claim.test).map((levels) => solved.answers[promiseKey(levels)].metrics);
  const codes = codesOf(claim.test, metrics, { weights: engine.weightsOf(worlds), worlds, parameter: engine.parameter(set) });
  return { codes, faults: Object.values(solved.answers).reduce((sum, answer) => sum + faultyWorlds(answer), 0) };
}

/** Codes by world: 1 true, 0 false, -1 moot. */
export function codesOf(test, solved, { weights, worlds, parameter }) {
  if (test.event !== null) {
    const meets = solved.map((metrics) => occurs(test.event, metrics, parameter, worlds));
    if (test.kind === "threshold") {
      return Int8Array.from({ length: worlds }, (_, w) => (meets.some((row) => row[w] === 1) ? TRUE : FALSE));
    }
    if (test.kind === "holds") return every(meets, worlds);
    const levels = test.promises.map((promise) => test.measures.map((measure) => promise[measure]));
    return test.kind === "necessary" ? necessary(meets, levels, worlds) : every(meets.filter((_, i) => levels[i].every((l) => l > 0)), worlds);
  }
  const rows = solved.map((metrics) => onScale(metrics[test.metric], test));
  const widest = spread(rows, weights);
  if (test.kind === "complements") {
    return complements(rows, widest, worlds, rounding(solved.map((metrics) => metrics[test.metric]), test));
  }
  const pairs = Array.from({ length: rows.length / 2 }, (_, i) => [rows[2 * i], rows[2 * i + 1]]);
  return every(
    pairs.map(([one, other]) => (test.kind === "raises" ? higher(one, other, widest) : higher(other, one, widest))),
    worlds,
  );
}

// A chance this near to 1 is certain on a scale of hazards, as in Python: what lacks to 1 has no digits left.
const CERTAIN = 1 - 2 ** -40;
// What a solved chance may be off by rounding, in parts of itself.
const ROUNDING = 2 ** -46;

function onScale(row, test) {
  if (test.scale !== "log_hazard") return row;
  const sign = test.avoided ? -1 : 1;
  return row.map((p) => {
    if (!(p > 0 && p <= CERTAIN)) return NaN;
    return sign * Math.log(test.avoided ? -Math.log(p) : -Math.log1p(-p));
  });
}

/** What the sum of some rows may be off by rounding, world by world: nothing beyond the margin but on a scale of hazards. */
function rounding(rows, test) {
  if (test.scale !== "log_hazard") return () => 0;
  const moved = (p) => (test.avoided ? 1 / -Math.log(p) : p / ((1 - p) * -Math.log1p(-p)));
  return (w) => rows.reduce((sum, row) => sum + ROUNDING * moved(row[w]), 0);
}

/** The largest spread, 95 % less 5 % quantile, of some rows. */
function spread(rows, weights) {
  let widest = 0;
  for (const row of rows) {
    const [low, high] = quantiles(row, weights, [0.05, 0.95]);
    if (low !== null && Number.isFinite(high - low)) widest = Math.max(widest, high - low);
  }
  return widest;
}

/** 1 where a row is higher than another by more than the margin, 0 where not, not a number where either is unknown. */
function higher(one, other, widest) {
  return one.map((a, w) => {
    const b = other[w];
    const gain = a === b ? 0 : a - b;
    return Number.isNaN(gain) ? NaN : Number(gain > MARGIN * Math.max(widest, Math.abs(a), Math.abs(b)));
  });
}

function every(meets, worlds) {
  return Int8Array.from({ length: worlds }, (_, w) => {
    if (meets.some((row) => row[w] === 0)) return FALSE;
    return meets.every((row) => Number.isFinite(row[w])) ? TRUE : MOOT;
  });
}

function necessary(meets, levels, worlds) {
  const without = levels.map((each) => each.every((level) => level === 0));
  return Int8Array.from({ length: worlds }, (_, w) => {
    if (meets.some((row, i) => without[i] && row[w] > 0)) return FALSE;
    const none = meets.every((row, i) => !without[i] || row[w] === 0);
    return none && meets.some((row, i) => !without[i] && row[w] > 0) ? TRUE : MOOT;
  });
}

function complements([both, first, second, neither], widest, worlds, off) {
  return Int8Array.from({ length: worlds }, (_, w) => {
    const values = [both[w], first[w], second[w], neither[w]];
    if (!values.every(Number.isFinite)) return MOOT;
    const gain = both[w] - first[w] - second[w] + neither[w];
    return gain > Math.max(off(w), MARGIN * Math.max(widest, ...values.map(Math.abs))) ? TRUE : FALSE;
  });
}
