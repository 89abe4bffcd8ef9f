/**
 * What is read from an answer: figures over worlds, and differences on the same worlds, each worked out once.
 */

import { meanAndError, quantiles, replicationMass, summarise } from "./statistics.js";
import { difference as less } from "./summary.js";

const kept = new WeakMap();

const masses = new Map();

/** The mass of the replications, worked out once for every number of worlds. */
function massOf(weights, worlds) {
  if (!masses.has(worlds)) masses.set(worlds, replicationMass(weights, worlds));
  return masses.get(worlds);
}

/** A row summed up. */
function summed(app, row) {
  const weights = app.engine.weightsOf(row.length);
  return summarise(row, weights, massOf(weights, row.length));
}

/** The mean and its error alone, where nothing else is shown. */
function averaged(app, row) {
  const weights = app.engine.weightsOf(row.length);
  return meanAndError(row, weights, massOf(weights, row.length));
}

const once = (answer, name, make) => {
  let of = kept.get(answer.answers);
  if (of === undefined) kept.set(answer.answers, (of = new Map()));
  if (!of.has(name)) of.set(name, make());
  return of.get(name);
};

const rowOf = (answer, key, kind, name) => answer?.answers[key]?.[kind]?.[name] ?? null;

/**
 * A figure: {mean, se, q05, q25, q50, q75, q95}; null where it was not solved.
 *
 * @param kind "metrics", "values" or "costs"
 */
export function figure(app, answer, key, kind, name) {
  const row = rowOf(answer, key, kind, name);
  if (row === null) return null;
  return once(answer, `${key}/${kind}/${name}`, () => summed(app, row));
}

/** The difference of `key` from `other` in every world, summed up: paired, so that what both share plays no part. */
export function difference(app, answer, key, other, kind, name) {
  const a = rowOf(answer, key, kind, name);
  const b = rowOf(answer, other, kind, name);
  if (a === null || b === null) return null;
  return once(answer, `${key}-${other}/${kind}/${name}`, () => summed(app, less(a, b)));
}

/** How far an arrangement moved from one answer (where it was `from`) to another, on the worlds of the smaller: {mean, se}. */
export function moved(app, answer, before, key, kind, name, from = key) {
  const a = rowOf(answer, key, kind, name);
  const b = rowOf(before, from, kind, name);
  if (a === null || b === null) return null;
  const count = Math.min(a.length, b.length);
  return once(answer, `${key}/moved/${from}/${kind}/${name}`, () => averaged(app, less(a.subarray(0, count), b.subarray(0, count))));
}

/** The share of the weight of worlds in which `key` does better than `other`, in worlds in which both have a figure. */
export function better(app, answer, key, other, metric) {
  const a = rowOf(answer, key, "metrics", metric.name);
  const b = rowOf(answer, other, "metrics", metric.name);
  if (a === null || b === null) return null;
  const sign = metric.tone === "bad" ? -1 : 1;
  return once(answer, `${key}>${other}/${metric.name}`, () => {
    const weights = app.engine.weightsOf(a.length);
    let over = 0;
    let total = 0;
    for (let at = 0; at < Math.min(a.length, b.length); at++) {
      const gap = sign * (a[at] - b[at]);
      if (!Number.isFinite(gap)) continue;
      const weight = weights === null ? 1 : weights[at];
      total += weight;
      if (gap > 1e-9) over += weight;
    }
    return total > 0 ? over / total : null;
  });
}

/** A curve: {mean, q05, q95}, each a number for every period; null where it was not solved. */
export function curve(app, answer, key, name) {
  const rows = rowOf(answer, key, "curves", name);
  if (rows === null) return null;
  return once(answer, `${key}/curve/${name}`, () => {
    const means = rows.map((row) => averaged(app, row).mean);
    const ends = rows.map((row) => quantiles(row, app.engine.weightsOf(row.length), [0.05, 0.95]));
    return { mean: means, q05: ends.map(([low]) => low), q95: ends.map(([, high]) => high) };
  });
}

/** A figure of every world, for what is drawn of the spread. */
export const rows = rowOf;

/** Whether two figures cannot be told apart at what is shown of them. */
export const alike = (a, b) => a !== null && b !== null && Math.abs(a.mean - b.mean) <= 1e-12 * Math.max(1, Math.abs(a.mean));
