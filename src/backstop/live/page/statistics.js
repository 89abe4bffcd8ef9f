/**
 * Statistics over weighted worlds, with the same bits as Python's `worlds/statistics.py`: every sum is taken in the same
 * order. World w belongs to replication w mod 16.
 */

export const REPLICATIONS = 16;
export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

const WIDTH = 64 * REPLICATIONS;
const ROUNDING = 1e-12;
const AROUND = 2;
const LEAST_LEVEL = 1e-6;
const RUN = 8;

/**
 * Sums over the worlds of each replication.
 * @param {Float64Array} row one number for every world
 * @returns {Float64Array} sixteen sums
 */
export function sumsByReplication(row) {
  const worlds = row.length;
  const long = worlds - (worlds % WIDTH);
  const whole = worlds - (worlds % REPLICATIONS);
  const total = new Float64Array(REPLICATIONS);
  if (long > 0) {
    // Long rows are added up first, and then their parts.
    const wide = new Float64Array(WIDTH);
    for (let at = 0; at < long; at += WIDTH) {
      for (let i = 0; i < WIDTH; i++) wide[i] += row[at + i];
    }
    for (let i = 0; i < WIDTH; i++) total[i % REPLICATIONS] += wide[i];
  }
  const middle = new Float64Array(REPLICATIONS);
  for (let at = long; at < whole; at++) middle[at % REPLICATIONS] += row[at];
  for (let i = 0; i < REPLICATIONS; i++) total[i] += middle[i];
  for (let i = 0; i < worlds - whole; i++) total[i] += row[whole + i];
  return total;
}

/** The sum of a few numbers, one after the other. */
export function inOrder(numbers) {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/**
 * The sum of a row as NumPy takes it: by halves, and eight at a time within 128.
 * @param {Float64Array} row
 */
export function pairwise(row, from = 0, count = row.length) {
  if (count < 8) {
    let total = 0;
    for (let i = 0; i < count; i++) total = i === 0 ? row[from] : total + row[from + i];
    return total;
  }
  if (count <= 128) {
    const r = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => row[from + i]);
    let i = 8;
    for (; i < count - (count % 8); i += 8) for (let k = 0; k < 8; k++) r[k] += row[from + i + k];
    let total = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
    for (; i < count; i++) total += row[from + i];
    return total;
  }
  let half = Math.floor(count / 2);
  half -= half % 8;
  return pairwise(row, from, half) + pairwise(row, from + half, count - half);
}

/**
 * The standard error of estimates without one group each (Tukey 1958).
 * @param {number[] | Float64Array} leftOut
 */
export function jackknife(leftOut) {
  const count = leftOut.length;
  const mean = inOrder(leftOut) / count;
  const spread = new Float64Array(count);
  let largest = 0;
  for (let i = 0; i < count; i++) {
    spread[i] = leftOut[i] - mean;
    largest = Math.max(largest, Math.abs(spread[i])); // NaN where any is
  }
  // Squares of very large or very small numbers would overflow or vanish.
  const scale = (largest > 1e-150 && largest < 1e150) || largest === 0 ? 1 : largest;
  for (let i = 0; i < count; i++) {
    const part = spread[i] / scale;
    spread[i] = part * part;
  }
  return scale * Math.sqrt(((count - 1) / count) * inOrder(spread));
}

/** The error of the ratio sum(sums) / sum(mass) over replications; not a number below two that have weight. */
export function jackknifeError(mass, sums) {
  const used = [];
  for (let i = 0; i < REPLICATIONS; i++) if (mass[i] > 0) used.push(i);
  if (used.length < 2) return NaN;
  const whole = inOrder(mass);
  const all = inOrder(sums);
  return jackknife(used.map((i) => (all - sums[i]) / (whole - mass[i])));
}

const finite = (number) => (Number.isFinite(number) ? number : null);

/** Sum of the weights of the worlds of each replication. */
export function replicationMass(weights, worlds) {
  return sumsByReplication(weights === null ? new Float64Array(worlds).fill(1) : weights);
}

/**
 * Weighted mean and its Monte Carlo error; null where they do not exist. A number that is not finite is no value.
 * @param {Float64Array} row
 * @param {Float64Array | null} weights null: all alike
 * @returns {{mean: number | null, se: number | null}}
 */
export function meanAndError(row, weights, whole = replicationMass(weights, row.length)) {
  const worlds = row.length;
  const weighted = new Float64Array(worlds);
  let missing = 0;
  for (let w = 0; w < worlds; w++) {
    if (!Number.isFinite(row[w])) missing += 1;
    else weighted[w] = weights === null ? row[w] : row[w] * weights[w];
  }
  const mass = missing === 0 ? whole : sumsByReplication(row.map((v, w) => share(v, weights, w)));
  const sums = sumsByReplication(weighted);
  return { mean: finite(inOrder(sums) / inOrder(mass)), se: finite(jackknifeError(mass, sums)) };
}

/** The weight of a world that has a value. */
function share(value, weights, world) {
  if (!Number.isFinite(value)) return 0;
  return weights === null ? 1 : weights[world];
}

/**
 * The places of the finite values of a row in rising order; where values are equal the first world comes first.
 * A merge sort over places: half a dozen times quicker than sorting with a function that compares.
 * @param {Float64Array} row
 * @returns {Int32Array}
 */
export function sortedPlaces(row) {
  const from = new Int32Array(row.length);
  let count = 0;
  for (let w = 0; w < row.length; w++) if (Number.isFinite(row[w])) from[count++] = w;
  return sorted(row, from.subarray(0, count));
}

/** Places of values of a row, put into rising order. */
function sorted(row, places) {
  let from = places;
  const count = from.length;
  // Runs of a few, sorted by insertion.
  for (let start = 0; start < count; start += RUN) {
    const end = Math.min(start + RUN, count);
    for (let i = start + 1; i < end; i++) {
      const place = from[i];
      const value = row[place];
      let k = i - 1;
      for (; k >= start && row[from[k]] > value; k--) from[k + 1] = from[k];
      from[k + 1] = place;
    }
  }
  let to = new Int32Array(count);
  for (let width = RUN; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const takeLeft = left < middle && (right >= end || row[from[left]] <= row[from[right]]);
        to[at] = takeLeft ? from[left++] : from[right++];
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Bins that values are sorted into, roughly, before quantiles are read; rows shorter than so many worlds are sorted at once. */
const BINS = 128;
const FEW = 64;
const binOf = new Uint8Array(1 << 16);
const massOf = new Float64Array(BINS);

/**
 * The smallest value whose cumulative weight reaches each of the rising `levels`; null where no value has weight.
 *
 * Only the bins in which these values lie are sorted. Weights are then added up in another order than Python's, so where
 * a sum comes so near to its level that the order could matter, all values are sorted, and added up as Python does.
 * @param {Float64Array} row
 * @param {Float64Array | null} weights
 * @param {number[]} levels
 */
export function quantiles(row, weights, levels = QUANTILES) {
  if (row.length < FEW || row.length > binOf.length) return quantilesSorted(row, weights, levels);
  let low = Infinity;
  let high = -Infinity;
  for (let w = 0; w < row.length; w++) {
    const value = row[w];
    if (!(value - value === 0)) return quantilesSorted(row, weights, levels);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = (BINS - 1) / (high - low);
  if (!(scale > 0 && scale < Infinity)) return quantilesSorted(row, weights, levels);
  massOf.fill(0);
  let total = 0;
  for (let w = 0; w < row.length; w++) {
    binOf[w] = (row[w] - low) * scale;
    const bin = binOf[w];
    const weight = weights === null ? 1 : weights[w];
    massOf[bin] += weight;
    total += weight;
  }
  const margin = total * 1e-10;
  if (!(total > 0)) return quantilesSorted(row, weights, levels);
  const found = [];
  let bin = 0;
  let below = 0;
  let places = null;
  for (const level of levels) {
    const target = level * total;
    while (bin < BINS - 1 && below + massOf[bin] < target) {
      below += massOf[bin++];
      places = null;
    }
    places ??= binned(row, bin);
    let at = -1;
    let sum = below;
    while (sum < target && at < places.length - 1) {
      if (target - sum < margin) return quantilesSorted(row, weights, levels);
      at += 1;
      sum += weights === null ? 1 : weights[places[at]];
    }
    if (at < 0 || Math.abs(sum - target) < margin) return quantilesSorted(row, weights, levels);
    found.push(row[places[at]]);
  }
  return found;
}

/** The places in a bin, by rising values. */
function binned(row, bin) {
  let count = 0;
  for (let w = 0; w < row.length; w++) if (binOf[w] === bin) count += 1;
  const places = new Int32Array(count);
  let at = 0;
  for (let w = 0; at < count; w++) if (binOf[w] === bin) places[at++] = w;
  return sorted(row, places);
}

/** The same with all values sorted, added up as Python does. */
function quantilesSorted(row, weights, levels) {
  const places = sortedPlaces(row);
  const count = places.length;
  let total = count;
  if (weights !== null) {
    // In the order of the worlds, as Python adds them up.
    total = pairwise(count === row.length ? weights : weights.filter((_, w) => Number.isFinite(row[w])));
  }
  if (count === 0 || !(total > 0)) return levels.map(() => null);
  const found = [];
  let at = 0;
  let cumulative = weights === null ? 1 : weights[places[0]];
  for (const level of levels) {
    const target = level * total * (1 - ROUNDING);
    while (cumulative < target && at < count - 1) {
      at += 1;
      cumulative = weights === null ? at + 1 : cumulative + weights[places[at]];
    }
    found.push(row[places[at]]);
  }
  return found;
}

/**
 * The Monte Carlo errors of the quantiles `found` at two levels, each a quarter of what lies between the quantiles two
 * errors of the share up to it on either side (Woodruff 1952); null below two replications with weight.
 */
export function quantileErrors(row, weights, levels, found, whole = undefined) {
  let largest = 0;
  for (const value of row) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  // Worlds that rounding alone tells apart from the quantile are up to it.
  const near = ROUNDING * largest;
  const around = levels.map((level, i) => {
    const below = row.map((value) => (Number.isFinite(value) ? Number(value <= found[i] + near) : NaN));
    const { se } = meanAndError(below, weights, whole);
    return se === null ? null : [Math.max(LEAST_LEVEL, level - AROUND * se), Math.min(1, level + AROUND * se)];
  });
  const asked = around.filter((pair) => pair !== null).flat().sort((a, b) => a - b);
  const reached = quantiles(row, weights, asked);
  const at = (level) => reached[asked.indexOf(level)];
  return around.map((pair) => (pair === null ? null : (at(pair[1]) - at(pair[0])) / (2 * AROUND)));
}

/**
 * A figure over worlds, as Python's `Summary.as_dict()`; without the errors of the ends where they are not wanted.
 * @param {Float64Array} row
 * @param {Float64Array | null} weights
 */
export function summarise(row, weights, whole = undefined, errors = true) {
  const { mean, se } = meanAndError(row, weights, whole);
  const [q05, q25, q50, q75, q95] = quantiles(row, weights);
  const found = { mean, se, q05, q25, q50, q75, q95 };
  if (errors) {
    const of = q05 === null ? [null, null] : quantileErrors(row, weights, [QUANTILES[0], QUANTILES[4]], [q05, q95], whole);
    [found.q05_se, found.q95_se] = of;
  }
  let missing = 0;
  for (const value of row) if (!Number.isFinite(value)) missing += 1;
  if (missing > 0) found.without_value = missing;
  return found;
}

/** (sum w)^2 / sum w^2 (Kish 1965); 0 without any weight. */
export function effectiveWorlds(weights) {
  const squares = pairwise(weights.map((w) => w * w));
  const sum = pairwise(weights);
  return squares > 0 ? (sum * sum) / squares : 0;
}
