/**
 * The verdict on a claim from what is so in every world: one of five words, or moot, with an error and a bound on what
 * was never seen (`questions/claims/verdict.py`).
 */
import { effectiveWorlds, meanAndError, pairwise } from "./statistics.js";

export const TRUE = 1;
export const FALSE = 0;
export const MOOT = -1;

const [SUPPORTED, LEANS_TRUE, OPEN, LEANS_FALSE] = [0.9, 0.667, 0.333, 0.1];
const MOST = 0.5;
const NEAR = 2;
const ROUNDING = 1e-12;
const TOO_FEW = 10;

/** Weights that sum to 1; equal ones where there are none. */
export function normalisedWeights(weights, worlds) {
  if (weights === null) return new Float64Array(worlds).fill(1 / worlds);
  let peak = 0;
  for (const weight of weights) peak = Math.max(peak, weight);
  const scaled = weights.map((weight) => weight / peak);
  const sum = pairwise(scaled);
  return scaled.map((weight) => weight / sum);
}

function share(chosen, weight) {
  const { mean, se } = meanAndError(chosen, weight);
  return { mean: chosen.some((each, w) => each === 1 && weight[w] > 0) ? mean : 0, se };
}

function wordOf(mean) {
  if (mean >= LEANS_TRUE - ROUNDING) return mean >= SUPPORTED - ROUNDING ? "supported" : "leans_true";
  if (mean > OPEN + ROUNDING) return "open";
  return mean > LEANS_FALSE + ROUNDING ? "leans_false" : "refuted";
}

function nearBorder(of, moot, atMost) {
  const near = ({ mean, se }, border) => se !== null && Math.abs(mean - border) <= NEAR * se + ROUNDING;
  if (moot.mean > 0 && near(moot, MOST)) return true;
  if (moot.mean > MOST + ROUNDING) return false;
  if (atMost !== null && of.se !== null && atMost > 1 - SUPPORTED) return true;
  return [SUPPORTED, LEANS_TRUE, OPEN, LEANS_FALSE].some((border) => near(of, border));
}

/**
 * The verdict from codes by world (1 true, 0 false, -1 moot), as Python's `Verdict.as_dict()`; null where the worlds
 * are worth too little to judge.
 * @param {Int8Array} codes
 * @param {Float64Array | null} weights
 */
export function judge(codes, weights) {
  const weight = normalisedWeights(weights, codes.length);
  if (effectiveWorlds(weight) < TOO_FEW - 1e-9) return null;
  const where = (kind) => Float64Array.from(codes, (code) => (code === kind ? 1 : 0));
  const [yes, no, moot] = [TRUE, FALSE, MOOT].map((kind) => share(where(kind), weight));
  const decided = weight.map((each, w) => (codes[w] === MOOT ? 0 : each));
  const worth = effectiveWorlds(decided);
  const result = (verdict, of, near, atMost) => ({
    verdict,
    share: of && of.mean,
    share_se: of && of.se,
    near_border: near,
    true: yes.mean,
    false: no.mean,
    moot: moot.mean,
    se: yes.se,
    false_se: no.se,
    moot_se: moot.se,
    effective_worlds: worth,
    at_most: atMost,
  });
  if (yes.mean + no.mean <= 0) return result("moot", null, false, null);
  let of = share(where(TRUE), decided);
  let atMost = null;
  if (yes.mean === 0 || no.mean === 0) {
    atMost = Math.min(1, 3 / worth);
    of = { mean: yes.mean === 0 ? 0 : 1, se: of.se };
  }
  const word = moot.mean > MOST + ROUNDING ? "moot" : wordOf(of.mean);
  return result(word, of, nearBorder(of, moot, atMost), atMost);
}
