/**
 * What actors gain and lose against the first arrangement, each in a column and on a scale of its own.
 *
 * Payoffs of different actors are never compared, so that no two columns share a scale.
 */

import { html } from "vendor/htm";
import { SIZE, SMALL, linear, rounded, ticks, tickText, textWidth, wrapped } from "./frame.js";

const WIDE = 640;
const STEP = 30;

/**
 * @param columns [{key, label, colour, rows: [{key, label, of, ghost}]}] with the same rows in every column
 * @param {{width: number}} how
 */
export function gains(columns, { width }) {
  const wide = width >= WIDE;
  const names = columns[0]?.rows ?? [];
  const labels = Math.min(wide ? 190 : 130, Math.max(0, ...names.map((row) => textWidth(row.label, SIZE))) + 12);
  const gap = 16;
  const each = wide ? (width - labels - gap * (columns.length - 1)) / columns.length : width - labels;
  const head = 40;
  const foot = 20;
  const tall = head + names.length * STEP + foot;
  const total = wide ? tall : columns.length * (tall + 10);
  const label = (row, i, top) => {
    const lines = wrapped(row.label, labels - 12, SIZE, 2);
    return lines.map((text, n) => html`<text class="label" x=${labels - 12} y=${top + head + i * STEP + STEP / 2 + 4 - ((lines.length - 1) * 13) / 2 + 13 * n} text-anchor="end">${text}</text>`);
  };
  return html`<svg class="drawing" viewBox=${`0 0 ${width} ${total}`} width=${width} height=${total} aria-hidden="true">
    ${wide && names.map((row, i) => label(row, i, 0))}
    ${columns.map((column, c) => {
      const left = wide ? labels + c * (each + gap) : labels;
      const top = wide ? 0 : c * (tall + 10);
      const found = column.rows.flatMap((row) => [row.of, row.ghost]).filter((of) => of && of.mean !== null);
      const span = rounded(Math.min(0, ...found.map((of) => of.q05)), Math.max(0, ...found.map((of) => of.q95)));
      const x = linear(span, [left + 16, left + each - 18]);
      const heading = wrapped(column.label, each, SMALL, 2, true);
      const bottom = top + head + names.length * STEP;
      return html`<g key=${column.key}>
        <rect class=${`swatch c-${column.colour}`} x=${left} y=${top + 2} width="9" height="9" />
        ${heading.map((text, n) => html`<text class="small strong" x=${left + 14} y=${top + 11 + 14 * n}>${text}</text>`)}
        ${!wide && names.map((row, i) => label(row, i, top))}
        ${ticks(span, 3).map((mark) => html`<line class="grid" x1=${x(mark)} x2=${x(mark)} y1=${top + head - 4} y2=${bottom} />
          <text class="small" x=${x(mark)} y=${bottom + 14} text-anchor="middle">${mark > 0 ? "+" : ""}${tickText(mark)}</text>`)}
        <line class="axis" x1=${x(0)} x2=${x(0)} y1=${top + head - 4} y2=${bottom} />
        ${column.rows.map((row, i) => {
          const y = top + head + i * STEP + STEP / 2;
          return html`<g key=${row.key}>
            ${row.ghost && row.ghost.mean !== null && html`<path class="ghost-mark" d=${`M${x(row.ghost.mean) - 4} ${y + 8}l4 -4l4 4l-4 4Z`} />`}
            ${row.of && row.of.mean !== null && html`<g class=${`mark c-${column.colour}`}>
              <line class="thin" x1=${x(row.of.q05)} x2=${x(row.of.q95)} y1=${y} y2=${y} />
              ${row.of.mean >= 0
                ? html`<path d=${`M${x(row.of.mean) - 5} ${y + 4.5}h10l-5 -9Z`} />`
                : html`<path d=${`M${x(row.of.mean) - 5} ${y - 4.5}h10l-5 9Z`} />`}
            </g>`}
          </g>`;
        })}
      </g>`;
    })}
  </svg>`;
}
