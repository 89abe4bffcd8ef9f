/** What is shown of answers: summaries over worlds, and differences between arrangements on the same worlds. */
import { replicationMass, summarise } from "./statistics.js";

/** Values that differ by less than a billionth of the larger are the same (`worlds/comparison.py`). */
export const MARGIN = 1e-9;

/** One figure less another in every world; exactly 0 where neither is higher. */
export function difference(one, other) {
  return one.map((value, w) => {
    const gain = value - other[w];
    // NaN if either is not a number, as NumPy's maximum has it.
    const margin = MARGIN * Math.max(0, Math.abs(value), Math.abs(other[w]));
    return Math.abs(gain) <= margin ? 0 : gain;
  });
}

/** Summaries of named rows, `{name: Float64Array}`. */
export function summaries(rows, weights) {
  const found = {};
  let whole;
  for (const [name, row] of Object.entries(rows)) {
    whole ??= replicationMass(weights, row.length);
    found[name] = summarise(row, weights, whole);
  }
  return found;
}

/** Summaries of the differences of every named row from the same of another answer. */
export function differences(rows, others, weights) {
  const found = {};
  for (const [name, row] of Object.entries(rows)) found[name] = difference(row, others[name]);
  return summaries(found, weights);
}

/** Summaries of a curve: one for every period. */
export function curveSummary(rows, weights) {
  const whole = rows.length > 0 ? replicationMass(weights, rows[0].length) : undefined;
  return rows.map((row) => summarise(row, weights, whole, false));
}

/** How many of the worlds solved have a fault under an arrangement: something in use is not what it must be. */
export function faultyWorlds({ flagged, costs = {} }) {
  const rows = Object.values(costs);
  return flagged.reduce((count, flag, w) => count + Number(flag !== 0 || rows.some((row) => !Number.isFinite(row[w]))), 0);
}
