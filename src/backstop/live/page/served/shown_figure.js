/** A chart that Python has drawn: put in shape by shape, with what it says, its numbers, and ways to take it away. */

import { html } from "vendor/htm";
import { useLayoutEffect, useRef } from "vendor/hooks";
import { useWidth } from "../charts/frame.js";
import { Table } from "../parts/figure.js";
import { alone, asPng, csv, save } from "../parts/take.js";

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = new Set(["svg", "g", "path", "rect", "circle", "line", "text", "title"]);
const SAID = new Set(["class", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "width", "height", "viewBox", "transform", "opacity", "fill-opacity", "stroke-width", "stroke-dasharray", "font-size"]);
/** Below it the picture for a phone is shown, which was drawn 320 wide. */
const NARROW = 560;

/** A copy of a drawing that holds shapes and text alone: what is no shape, and what says more than a shape needs, is left out. */
function copied(element) {
  if (!SHAPES.has(element.localName) || element.namespaceURI !== SVG) return null;
  const copy = document.createElementNS(SVG, element.localName);
  for (const { name, value } of element.attributes) if (SAID.has(name)) copy.setAttribute(name, value);
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.data);
    else if (child.nodeType === Node.ELEMENT_NODE) {
      const inner = copied(child);
      if (inner !== null) copy.append(inner);
    }
  }
  return copy;
}

/** The drawing as an element, at the size for which it was drawn; null where the text is no drawing. */
function drawing(text) {
  const parsed = new DOMParser().parseFromString(text.replace(/^<svg /, `<svg xmlns="${SVG}" `), "image/svg+xml");
  const copy = copied(parsed.documentElement);
  if (copy === null || copy.localName !== "svg") return null;
  const [, , width, height] = (copy.getAttribute("viewBox") ?? "").split(" ");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("aria-hidden", "true");
  copy.classList.add("drawing");
  return copy;
}

export function ShownFigure({ app, of }) {
  const [place, width] = useWidth();
  const frame = useRef(null);
  const which = width < NARROW ? "narrow" : "wide";
  useLayoutEffect(() => {
    const found = drawing(of[which]);
    frame.current.replaceChildren(...(found === null ? [] : [found]));
  }, [of, which]);
  const id = `shown-${of.name}-${useRef(Math.random().toString(36).slice(2)).current}`;
  const file = `${app.payload.study.name || "study"}-${of.name}`;
  const picture = async (kind) => {
    const svg = frame.current.querySelector("svg");
    if (svg === null) return;
    const text = alone(svg, of.title, of.source);
    save(`${file}.${kind}`, kind === "svg" ? text : await asPng(text), kind === "svg" ? "image/svg+xml" : "image/png");
    app.act.say(`Saved as ${file}.${kind}.`);
  };
  const numbers = () => {
    save(`${file}.csv`, csv(of.table.columns, of.table.rows), "text/csv");
    app.act.say(`Saved as ${file}.csv.`);
  };
  return html`<figure class="figure" aria-labelledby=${id} ref=${place}>
    <figcaption><h4 class="finding" id=${id}>${of.title}</h4><p class="definition">${of.definition}</p></figcaption>
    <div class="frame" ref=${frame} role="img" aria-label=${of.alternative || of.title}></div>
    ${of.note && html`<p class="quiet">${of.note}</p>`}<p class="quiet">${of.source}</p>
    <div class="take"><button type="button" class="plain" aria-label=${`Save as SVG: ${of.title}`} onClick=${() => picture("svg")}>SVG</button>
      <button type="button" class="plain" aria-label=${`Save as PNG: ${of.title}`} onClick=${() => picture("png")}>PNG</button>
      ${of.table && html`<button type="button" class="plain" aria-label=${`Save as CSV: ${of.title}`} onClick=${numbers}>CSV</button>`}</div>
    ${of.table && html`<details class="numbers"><summary>The numbers</summary><${Table} caption=${of.table.title} columns=${of.table.columns} rows=${of.table.rows} note=${of.table.note} /></details>`}
  </figure>`;
}
