/**
 * What actors gain and lose against the first arrangement, each in a column and on a scale of its own.
 *
 * Payoffs of different actors are never compared, so that no two columns share a scale.
 */

import { html } from "vendor/htm";
import { SIZE, SMALL, linear, rounded, ticks, tickText, textWidth, wrapped } from "./frame.js";

const WIDE = 640;
const TWO = 400;
const STEP = 26;
const STEP_OF_TWO = 33;

/**
 * @param columns [{key, label, colour, rows: [{key, label, of, ghost}]}] with the same rows in every column
 * @param {{width: number}} how
 */
export function gains(columns, { width }) {
  const names = columns[0]?.rows ?? [];
  const across = width >= WIDE ? columns.length : width >= TWO ? Math.min(2, columns.length) : 1;
  const labels = Math.min(width >= WIDE ? 190 : 120, Math.max(0, ...names.map((row) => textWidth(row.label, SIZE))) + 12);
  const step = names.some((row) => wrapped(row.label, labels - 12, SIZE, 2).length > 1) ? STEP_OF_TWO : STEP;
  const gap = 16;
  const each = (width - labels - gap * (across - 1)) / across;
  const headings = columns.map((column) => wrapped(column.label, each - 22, SMALL, 4, true));
  const head = 16 + 14 * Math.max(1, ...headings.map((lines) => lines.length));
  const foot = 20;
  const tall = head + names.length * step + foot;
  const total = Math.ceil(columns.length / across) * (tall + 10) - 10;
  const label = (row, i, top) => {
    const lines = wrapped(row.label, labels - 12, SIZE, 2);
    return lines.map((text, n) => html`<text class="label" x=${labels - 12} y=${top + head + i * step + step / 2 + 4 - ((lines.length - 1) * 13) / 2 + 13 * n} text-anchor="end">${text}</text>`);
  };
  return html`<svg class="drawing" viewBox=${`0 0 ${width} ${total}`} width=${width} height=${total} aria-hidden="true">
    ${columns.map((column, c) => {
      const left = labels + (c % across) * (each + gap);
      const top = Math.floor(c / across) * (tall + 10);
      const found = column.rows.flatMap((row) => [row.of, row.ghost]).filter((of) => of && of.mean !== null);
      const span = rounded(Math.min(0, ...found.map((of) => of.q05)), Math.max(0, ...found.map((of) => of.q95)));
      const x = linear(span, [left + 16, left + each - 18]);
      const heading = headings[c];
      const bottom = top + head + names.length * step;
      return html`<g key=${column.key}>
        <rect class=${`swatch c-${column.colour}`} x=${left} y=${top + 2} width="9" height="9" />
        ${heading.map((text, n) => html`<text class="small strong" x=${left + 14} y=${top + 11 + 14 * n}>${text}</text>`)}
        ${c % across === 0 && names.map((row, i) => label(row, i, top))}
        ${ticks(span, 3).map((mark) => html`<line class="grid" x1=${x(mark)} x2=${x(mark)} y1=${top + head - 4} y2=${bottom} />
          <text class="small" x=${x(mark)} y=${bottom + 14} text-anchor="middle">${mark > 0 ? "+" : ""}${tickText(mark)}</text>`)}
        <line class="axis" x1=${x(0)} x2=${x(0)} y1=${top + head - 4} y2=${bottom} />
        ${column.rows.map((row, i) => {
          const y = top + head + i * step + step / 2;
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
