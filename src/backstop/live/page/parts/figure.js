/** A figure: what it found, what it is, the drawing, ways to take it away, and its numbers as a table. */

import { html } from "vendor/htm";
import { useRef, useState } from "vendor/hooks";
import { useWidth } from "../charts/frame.js";
import { Take } from "./take.js";

/**
 * @param of {name, title, definition, draw: (width) => svg, table: {caption, columns, rows}, data: {columns, rows}, note,
 *   ghost}: `table` is what is read, `data` the same without rounding, for a file
 */
export function Figure({ app, of, level = "h3" }) {
  const [place, width] = useWidth();
  const frame = useRef(null);
  const id = `figure-${of.name}`;
  const { table } = of;
  const [opened, setOpened] = useState(false);
  const numbers = useRef(null);
  // Numbers that are folded away wait until what moves has come to rest.
  if (table && (opened || numbers.current === null || !app.answer.peek()?.preview)) numbers.current = html`<${Table} ...${table} />`;
  return html`<figure class="figure" aria-labelledby=${id}>
    <figcaption><${level} class="finding" id=${id}>${of.title}</${level}><p class="definition">${of.definition}</p></figcaption>
    <div class="frame" ref=${(element) => { place.current = element; frame.current = element; }} role="img" aria-label=${of.alternative ?? of.title}>${of.draw(width)}</div>
    ${of.ghost && html`<p class="legend"><span class="ghost-key" aria-hidden="true"></span> Hollow or dashed: the study as it stands (of Yours: what it is a copy of).</p>`}
    ${of.note && html`<p class="quiet">${of.note}</p>`}
    <${Take} app=${app} name=${of.name} title=${of.title} table=${of.data} frame=${frame} />
    ${table && html`<details class="numbers" onToggle=${(event) => setOpened(event.currentTarget.open)}><summary>The numbers</summary>${numbers.current}</details>`}
  </figure>`;
}

/** A table whose first column names its rows. */
export function Table({ caption, columns, rows, note }) {
  // The caption stands outside: inside, it would be cut where a wide table scrolls.
  return html`<p class="caption">${caption}</p><div class="wide" tabindex="0" role="region" aria-label=${caption}>
    <table aria-label=${caption}>
      <thead><tr>${columns.map((column, at) => (column ? html`<th scope="col" key=${at}>${column}</th>` : html`<td key=${at}></td>`))}</tr></thead>
      <tbody>${rows.map((row, at) => html`<tr key=${at}>${row.map((cell, n) => (n === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody>
    </table>${note && html`<p class="quiet">${note}</p>`}</div>`;
}
