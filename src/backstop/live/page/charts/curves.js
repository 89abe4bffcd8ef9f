/**
 * A figure by year, one small picture for each arrangement on the same scale: the mean, and the range of nine in ten.
 */

import { html } from "vendor/htm";
import { SMALL, linear, ticks, tickText, wrapped } from "./frame.js";

const LEAST = 118;

/**
 * @param panels [{key, label, colour, of, ghost}] with `of` {mean, q05, q95: number[]} by point of `years`, or null
 * @param {{width: number, years: number[]}} how
 */
export function curves(panels, { width, years }) {
  const columns = Math.max(1, Math.min(panels.length, Math.floor((width + 14) / (LEAST + 14)), 5));
  const gap = 14;
  const each = (width - gap * (columns - 1)) / columns;
  const left = 30;
  const high = 104;
  const head = 40;
  const foot = 22;
  const tall = head + high + foot;
  const rows = Math.ceil(panels.length / columns);
  const total = rows * (tall + 8);
  const last = years.at(-1) || 1;
  const x = linear([years[0], last], [left, each - 22]);
  const y = linear([0, 1], [head + high, head]);
  const line = (values) => values.map((value, i) => `${i ? "L" : "M"}${x(years[i]).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const band = (low, top) => `${line(top)}${low.map((value, i) => [value, years[i]]).reverse().map(([value, year]) => `L${x(year).toFixed(1)} ${y(value).toFixed(1)}`).join("")}Z`;
  const marks = ticks([years[0], last], 3);
  return html`<svg class="drawing" viewBox=${`0 0 ${width} ${total}`} width=${width} height=${total} aria-hidden="true">
    ${panels.map((panel, i) => {
      const label = wrapped(panel.label, each - 4, SMALL, 2, true);
      const end = panel.of ? panel.of.mean.at(-1) : null;
      return html`<g key=${panel.key} transform=${`translate(${(i % columns) * (each + gap)} ${Math.floor(i / columns) * (tall + 8)})`}>
        ${label.map((text, n) => html`<text class="small strong" x="0" y=${12 + 14 * n}>${text}</text>`)}
        ${[0, 0.5, 1].map((mark) => html`<line class="grid" x1=${left} x2=${each - 22} y1=${y(mark)} y2=${y(mark)} />
          <text class="small" x=${left - 5} y=${y(mark) + 4} text-anchor="end">${100 * mark}</text>`)}
        ${marks.map((mark) => html`<text class="small" x=${x(mark)} y=${head + high + 15} text-anchor="middle">${tickText(mark)}</text>`)}
        ${panel.of && html`<g class=${`curve c-${panel.colour}`}>
          <path class="band" d=${band(panel.of.q05, panel.of.q95)} />
          <path class="mean" d=${line(panel.of.mean)} />
          <circle cx=${x(last)} cy=${y(end)} r="3.5" />
        </g>`}
        ${panel.ghost && html`<path class="ghost-line" d=${line(panel.ghost.mean)} />`}
        ${panel.of && html`<text class="small strong" x=${each} y=${Math.min(head + high, Math.max(head + 8, y(end) + 4))} text-anchor="end">${Math.round(100 * end)}</text>`}
      </g>`;
    })}
  </svg>`;
}
