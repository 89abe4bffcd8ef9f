/**
 * Passages in a text: offsets in code points as the dossier counts them, and in units as scripts do; words and sentences to
 * move by; and how passages that overlap are laid out. Nothing here touches the page.
 */

const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/;

/**
 * How offsets of a text are turned into each other: `units(points)` and `points(units)`.
 *
 * Dossiers count code points, as Python does; a sign beyond the first plane counts two in a script.
 */
export function offsets(text) {
  if (!ASTRAL.test(text)) return { units: (at) => at, points: (at) => at };
  const at = [0];
  for (const sign of text) at.push(at[at.length - 1] + sign.length);
  const points = (unit) => {
    let low = 0;
    let high = at.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at[middle] < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { units: (point) => at[Math.max(0, Math.min(point, at.length - 1))], points };
}

/** The spans of the words of a text, in units. */
export const words = (text) => [...text.matchAll(/[\p{L}\p{N}]+(?:['’ʼ-][\p{L}\p{N}]+)*/gu)].map((match) => [match.index, match.index + match[0].length]);

/** The spans of the sentences of a text, about: lines cut after full stops, in units, without white space around them. */
export function sentences(text) {
  const found = [];
  for (const line of text.matchAll(/[^\n]+/g)) {
    for (const part of line[0].matchAll(/\S.*?(?:[.!?…]+["'”’»)\]]*(?=\s)|$)/gsu)) {
      const end = part[0].trimEnd().length;
      if (end) found.push([line.index + part.index, line.index + part.index + end]);
    }
  }
  return found;
}

/**
 * The lanes of passages, by position: those that share a word have different ones, counted from 0.
 *
 * @param {{start: number, end: number}[]} passages in the order of the text
 */
export function lanes(passages) {
  const free = [];
  return passages.map(({ start, end }) => {
    let lane = free.findIndex((until) => until <= start);
    if (lane < 0) lane = free.length;
    free[lane] = end;
    return lane;
  });
}

/**
 * A line of text cut where passages begin and end.
 *
 * @param {number} from where the line starts, and
 * @param {number} to where it ends
 * @param {{start: number, end: number}[]} passages those that touch the line
 * @returns {{start: number, end: number, inside: number[], begins: number[]}[]} `inside` and `begins` are positions in
 *   `passages`: those that cover the piece, and those that begin with it
 */
export function pieces(from, to, passages) {
  const cuts = new Set([from, to]);
  for (const { start, end } of passages) {
    if (start > from && start < to) cuts.add(start);
    if (end > from && end < to) cuts.add(end);
  }
  const order = [...cuts].sort((a, b) => a - b);
  return order.slice(0, -1).map((start, at) => {
    const end = order[at + 1];
    const inside = passages.flatMap((each, index) => (each.start < end && each.end > start ? [index] : []));
    return { start, end, inside, begins: inside.filter((index) => passages[index].start === start) };
  });
}

/** The lines of a text: where each starts and ends, without its line end. */
export function lines(text) {
  const found = [];
  let start = 0;
  for (;;) {
    const end = text.indexOf("\n", start);
    found.push([start, end < 0 ? text.length : end]);
    if (end < 0) return found;
    start = end + 1;
  }
}

/** The span that is next to (or before) a place, of spans in order; the last (or first) where there is none. */
export function beside(spans, at, onward) {
  if (!spans.length) return null;
  if (onward) return spans.find(([start]) => start >= at) ?? spans[spans.length - 1];
  for (let index = spans.length - 1; index >= 0; index -= 1) if (spans[index][1] <= at) return spans[index];
  return spans[0];
}

/** The span of those that holds a place, or the nearest. */
export const around = (spans, at) => spans.find(([start, end]) => start <= at && at < end) ?? beside(spans, at, true);
