/**
 * How a figure is spread over worlds: bars of the share of weight in twenty steps, and the study as it stands behind.
 */

import { html } from "vendor/htm";
import { linear, ticks, tickText } from "./frame.js";

const BINS = 20;

/** Shares of the weight in even steps of an interval; worlds without a figure are left out. */
export function binned(row, weights, [low, high]) {
  const found = new Array(BINS).fill(0);
  let total = 0;
  for (let at = 0; at < row.length; at++) {
    if (!Number.isFinite(row[at])) continue;
    const weight = weights === null ? 1 : weights[at];
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(((row[at] - low) / (high - low || 1)) * BINS)));
    found[bin] += weight;
    total += weight;
  }
  return total > 0 ? found.map((each) => each / total) : found;
}

/**
 * @param {{shares: number[], ghost: number[] | null, mean: number | null}} of
 * @param {{width: number, domain: number[], scale: number, unit: string}} how
 */
export function spread({ shares, ghost, mean }, { width, domain, scale, unit }) {
  const left = 40;
  const high = 170;
  const top = 24;
  const most = Math.max(0.05, ...shares, ...(ghost ?? []));
  const x = linear(domain, [left, width - 12]);
  const y = linear([0, most], [top + high, top]);
  const step = (x(domain[1]) - x(domain[0])) / BINS;
  const outline = (of) => of.map((share, i) => `${i ? "L" : "M"}${(left + i * step).toFixed(1)} ${y(share).toFixed(1)}h${step.toFixed(1)}`).join("");
  return html`<svg class="drawing" viewBox=${`0 0 ${width} ${top + high + 38}`} width=${width} height=${top + high + 38} aria-hidden="true">
    <text class="small" x="0" y="12">worlds in 100</text>
    ${ticks([0, most], 4).map((mark) => html`<line class="grid" x1=${left} x2=${width - 12} y1=${y(mark)} y2=${y(mark)} />
      <text class="small" x=${left - 6} y=${y(mark) + 4} text-anchor="end">${tickText(100 * mark)}</text>`)}
    <g class="bars c-blue">${shares.map((share, i) => html`<rect x=${left + i * step + 0.5} width=${Math.max(1, step - 1)} y=${y(share)} height=${top + high - y(share)} />`)}</g>
    ${ghost && html`<path class="ghost-line" d=${outline(ghost)} />`}
    ${mean !== null && html`<g class="mean-line"><line x1=${x(mean)} x2=${x(mean)} y1=${top - 4} y2=${top + high} />
      <text class="small strong" x=${x(mean)} y=${top - 8} text-anchor=${x(mean) > width - 50 ? "end" : x(mean) < left + 50 ? "start" : "middle"}>mean</text></g>`}
    ${ticks(domain, 5).map((mark) => html`<text class="small" x=${x(mark)} y=${top + high + 16} text-anchor="middle">${tickText(scale * mark)}</text>`)}
    <text class="small" x=${(left + width) / 2} y=${top + high + 32} text-anchor="middle">${unit}</text>
  </svg>`;
}
