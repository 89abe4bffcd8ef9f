/**
 * Figures by arrangement: a dot at the mean, a thick line for the middle half of worlds, a thin one for nine in ten.
 *
 * The figure of the study as it stands is left behind as a hollow diamond wherever an assumption has been moved.
 */

import { html } from "vendor/htm";
import { SIZE, SMALL, linear, rounded, ticks, tickText, textWidth, wrapped } from "./frame.js";

const WIDE = 520;

/**
 * @param rows [{key, label, colour, of, ghost, text}] with `of` and `ghost` figures over worlds or null
 * @param {{width: number, domain: number[] | null, scale: number, unit: string, zero: boolean}} how `scale` multiplies
 *   what is written on the axis, 100 for chances
 */
export function intervals(rows, { width, domain = null, scale = 1, unit = "", zero = false }) {
  const wide = width >= WIDE;
  const labels = wide ? Math.min(220, Math.max(...rows.map((row) => textWidth(row.label, SIZE))) + 14) : 0;
  const texts = Math.max(40, ...rows.map((row) => textWidth(row.text, SMALL))) + 12;
  const lines = rows.map((row) => wrapped(row.label, wide ? labels - 12 : width - texts - 4, SIZE, wide ? 2 : 1));
  const left = wide ? labels : 14;
  const right = wide ? width - texts : width - 14;
  const step = wide ? 34 : 46;
  const top = 6;
  const bottom = top + rows.length * step;
  const x = linear(domain ?? spanOf(rows, zero), [left + 6, right - 6]);
  const at = (row) => top + row * step + (wide ? step / 2 : 30);
  const marks = ticks(x.domain, wide ? 6 : 4);
  return html`<svg class="drawing" viewBox=${`0 0 ${width} ${bottom + 34}`} width=${width} height=${bottom + 34} aria-hidden="true">
    ${marks.map((mark) => html`<line class="grid" x1=${x(mark)} x2=${x(mark)} y1=${top} y2=${bottom} />
      <text class="small" x=${x(mark)} y=${bottom + 15} text-anchor="middle">${tickText(scale * mark)}</text>`)}
    ${zero && html`<line class="axis" x1=${x(0)} x2=${x(0)} y1=${top} y2=${bottom} />`}
    ${unit && html`<text class="small" x=${(left + right) / 2} y=${bottom + 30} text-anchor="middle">${unit}</text>`}
    ${rows.map((row, i) => {
      const y = at(i);
      const label = lines[i];
      const under = wide ? y - ((label.length - 1) * 15) / 2 + 4 : y - 14;
      return html`<g key=${row.key}>
        ${label.map((line, n) => html`<text class="label" x=${wide ? labels - 12 : 0} y=${under + 15 * n} text-anchor=${wide ? "end" : "start"}>${line}</text>`)}
        ${row.ghost && row.ghost.mean !== null && html`<g class="ghost">
          <line x1=${x(row.ghost.q05)} x2=${x(row.ghost.q95)} y1=${y + 8} y2=${y + 8} />
          <path d=${diamond(x(row.ghost.mean), y + 8, 4.5)} />
        </g>`}
        ${row.of && row.of.mean !== null && html`<g class=${`mark c-${row.colour}`}>
          <line class="thin" x1=${x(row.of.q05)} x2=${x(row.of.q95)} y1=${y} y2=${y} />
          <line class="thick" x1=${x(row.of.q25)} x2=${x(row.of.q75)} y1=${y} y2=${y} />
          <circle cx=${x(row.of.mean)} cy=${y} r="5.5" />
        </g>`}
        <text class="small strong" x=${width} y=${wide ? y + 4 : y - 14} text-anchor="end">${row.text}</text>
      </g>`;
    })}
  </svg>`;
}

const diamond = (x, y, r) => `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`;

/** The interval that holds all figures, round at its ends. */
function spanOf(rows, zero) {
  const found = rows
    .flatMap((row) => [row.of, row.ghost])
    .filter((of) => of && of.mean !== null)
    .flatMap((of) => [of.q05, of.q95, of.mean]);
  if (zero) found.push(0);
  return found.length ? rounded(Math.min(...found), Math.max(...found)) : [0, 1];
}
