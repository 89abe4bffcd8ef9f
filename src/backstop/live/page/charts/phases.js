/**
 * A map of phases: a lane for each, years from left to right, and between two years what flows from lane to lane.
 *
 * Flows and what stands in a lane are as thick as they are likely, on one scale. Colours are those of the lanes: actors
 * have theirs, so that a phase is given none but where it is looked at.
 */

import { html } from "vendor/htm";
import { SMALL, cut, tickText } from "./frame.js";

const HIGH = 30;
const LABEL = 17;
const LEAST = 3;
/** Flows less likely than this are not drawn; they stand in the list. */
export const FAINT = 0.002;

/**
 * @param lanes [{key, label, colour}] in the order of the numbers of `shares` and `flows`; those not `seen` are left out
 * @param {{shares: number[][], flows: object[][]}} of as `flowsOf` gives
 * @param {{width: number, years: number[], at: {period: number, lane: number}, onPick: (period, lane) => void}} how
 */
export function phases(lanes, { shares, flows }, { width, years, at, onPick }) {
  const seen = lanes.map((lane, k) => ({ ...lane, k })).filter(({ k }) => shares.some((row) => row[k] >= FAINT));
  const row = new Map(seen.map(({ k }, i) => [k, i]));
  const points = shares.length;
  const [left, right, top] = [10, width - 10, 22];
  const x = (t) => left + (points > 1 ? t / (points - 1) : 0) * (right - left - 8);
  const lane = LABEL + HIGH + 8;
  const base = (k) => top + row.get(k) * lane + LABEL + HIGH / 2;
  const thick = (p) => Math.max(p >= FAINT ? 0.7 : 0, p * HIGH);
  const height = top + seen.length * lane + 4;
  const every = Math.ceil((points - 1) / Math.max(1, Math.floor((right - left) / 34)));
  const ribbons = flows.flatMap((between, t) => ribbonsOf(between.filter((flow) => flow.p >= FAINT && row.has(flow.from) && row.has(flow.to)), shares, t, { x, base, thick }));
  return html`<svg class="drawing phase-map" viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} aria-hidden="true">
    ${years.map((year, t) => (t % every === 0 || t === points - 1) && (t === points - 1 || points - 1 - t >= every || t === 0) && html`<text class="small" x=${x(t) + 4} y="12" text-anchor=${t === 0 ? "start" : t === points - 1 ? "end" : "middle"}>${t === 0 ? "year " : ""}${tickText(year)}</text>`)}
    ${seen.map(({ k }) => html`<line key=${k} class="grid" x1=${left} x2=${right} y1=${base(k) + HIGH / 2 + 4} y2=${base(k) + HIGH / 2 + 4} />`)}
    ${ribbons.map(({ key, d, from }) => html`<path key=${key} class=${`flow c-${lanes[from].colour}`} d=${d} />`)}
    ${shares.flatMap((of, t) => seen.filter(({ k }) => of[k] >= FAINT).map(({ k, colour }) => {
      const high = Math.max(LEAST, thick(of[k]));
      const here = at.period === t && at.lane === k;
      return html`<g key=${`${t}/${k}`} class=${`c-${colour} ${t < flows.length ? "stop" : ""} ${here ? "at" : ""}`} onClick=${t < flows.length ? () => onPick(t, k) : undefined}>
        <rect class="here" x=${x(t) - 2} y=${base(k) - high / 2 - 2} width="12" height=${high + 4} />
        <rect class="stand" x=${x(t)} y=${base(k) - high / 2} width="8" height=${high} />
        <rect class="touch" x=${x(t) - 8} y=${base(k) - HIGH / 2 - 4} width="24" height=${HIGH + 8} />
      </g>`;
    }))}
    ${seen.map(({ k, label }) => html`<text key=${k} class="small strong lane" x=${left} y=${base(k) - HIGH / 2 - 4}>${cut(label, right - left, SMALL, true)}</text>`)}
  </svg>`;
}

/** The ribbons between two years, stacked within what stands at either end. */
function ribbonsOf(between, shares, t, { x, base, thick }) {
  const used = { from: new Map(), to: new Map() };
  const place = (side, k, p, whole) => {
    const before = used[side].get(k) ?? -thick(whole) / 2;
    used[side].set(k, before + p * HIGH);
    return base(k) + before;
  };
  // In the order of the lanes, so that ribbons cross as little as they can.
  const leaving = [...between].sort((a, b) => a.from - b.from || a.to - b.to);
  const starts = new Map(leaving.map((flow) => [flow, place("from", flow.from, flow.p, shares[t][flow.from])]));
  const coming = [...between].sort((a, b) => a.to - b.to || a.from - b.from);
  const ends = new Map(coming.map((flow) => [flow, place("to", flow.to, flow.p, shares[t + 1][flow.to])]));
  return between.map((flow) => {
    const [x0, x1] = [x(t) + 8, x(t + 1)];
    const middle = (x0 + x1) / 2;
    const [a, b, high] = [starts.get(flow), ends.get(flow), thick(flow.p)];
    const f = (value) => value.toFixed(1);
    return { key: `${t}/${flow.from}/${flow.to}`, from: flow.from, d: `M${f(x0)} ${f(a)}C${f(middle)} ${f(a)} ${f(middle)} ${f(b)} ${f(x1)} ${f(b)}V${f(b + high)}C${f(middle)} ${f(b + high)} ${f(middle)} ${f(a + high)} ${f(x0)} ${f(a + high)}Z` };
  });
}
