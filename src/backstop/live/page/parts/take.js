/**
 * What can be taken away: pictures, data, and the words that say where they come from.
 *
 * Everything is made in the page; nothing is sent anywhere.
 */

import { html } from "vendor/htm";
import { useState } from "vendor/hooks";
import { commandLine, pythonText, citation } from "../reproduce.js";
import { quoted } from "../words.js";

const STYLED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "fill-opacity", "opacity", "font-size", "font-weight", "font-family", "text-anchor"];

/** A drawing with its styles inside it, on its paper, so that it looks the same anywhere. */
export function alone(svg, title, source) {
  const copy = svg.cloneNode(true);
  const theirs = [copy, ...copy.querySelectorAll("*")];
  [svg, ...svg.querySelectorAll("*")].forEach((element, at) => {
    const style = getComputedStyle(element);
    for (const name of STYLED) {
      const value = style.getPropertyValue(name);
      if (value) theirs[at].setAttribute(name, value);
    }
    theirs[at].removeAttribute("class");
  });
  const width = svg.width.baseVal.value;
  const height = svg.height.baseVal.value;
  const family = getComputedStyle(svg).fontFamily;
  const ink = getComputedStyle(document.documentElement).color;
  const paper = getComputedStyle(document.documentElement).backgroundColor;
  const make = (name, attributes, text = null) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== null) element.textContent = text;
    return element;
  };
  const lines = [...folded(title, width), ...folded(source, width)];
  const above = 20 * folded(title, width).length + 6;
  const whole = make("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    width: width + 24,
    height: height + 24 + above + 15 * folded(source, width).length,
    viewBox: `-12 -12 ${width + 24} ${height + 24 + above + 15 * folded(source, width).length}`,
    "font-family": family,
  });
  whole.append(make("title", {}, title));
  whole.append(make("rect", { x: -12, y: -12, width: "100%", height: "100%", fill: paper === "rgba(0, 0, 0, 0)" ? "#ffffff" : paper }));
  folded(title, width).forEach((line, at) => whole.append(make("text", { x: 0, y: 13 + 20 * at, "font-size": 15, "font-weight": "bold", fill: ink }, line)));
  const body = make("g", { transform: `translate(0 ${above})` });
  body.append(...copy.childNodes);
  whole.append(body);
  folded(source, width).forEach((line, at) => whole.append(make("text", { x: 0, y: above + height + 12 + 15 * at, "font-size": 11, fill: ink }, line)));
  return lines.length ? new XMLSerializer().serializeToString(whole) : "";
}

/** Text in lines of about the width of a drawing. */
function folded(text, width) {
  const most = Math.max(20, Math.floor(width / 7));
  const lines = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line && line.length + word.length + 1 > most) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}

/** Hand a file to the reader. */
export function save(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A picture of a drawing in points, at twice its size. */
export async function asPng(text) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.naturalWidth;
  canvas.height = 2 * image.naturalHeight;
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.drawImage(image, 0, 0);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
}

/** Rows as CSV, or with another mark between cells; text that a spreadsheet would take for a formula is marked as text. */
export function csv(columns, rows, mark = ",") {
  const cell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\t\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(mark)).join("\r\n") + "\r\n";
}

/** Put text on the clipboard; false where the browser does not allow it. */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Put a picture on the clipboard, which is made meanwhile; false where the browser does not allow it. */
async function pictureToClipboard(made) {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": made })]);
    return true;
  } catch {
    return false;
  }
}

/** Text with a button that copies it; where that is not allowed the text is selected, ready to be copied by hand. */
export function Copyable({ app, label, text }) {
  const [done, setDone] = useState(false);
  const copy = async (event) => {
    const box = event.currentTarget.parentElement.parentElement.querySelector("textarea");
    if (await toClipboard(text)) {
      setDone(true);
      app.act.say(`${label}: copied.`);
      setTimeout(() => setDone(false), 2000);
    } else {
      box.focus();
      box.select();
      app.act.say(`${label}: the browser does not let the page copy; the text is selected.`);
    }
  };
  const rows = Math.min(14, text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 90)), 0));
  return html`<div class="copyable">
    <div class="copyable-head"><span>${label}</span><button type="button" class="plain" onClick=${copy}>${done ? "Copied" : "Copy"}<span class="away"> ${label}</span></button></div>
    <textarea readonly rows=${rows} aria-label=${label} value=${text} spellcheck=${false}></textarea>
  </div>`;
}

/** The row of ways to take a figure away. `name` is that of its files, `table` its numbers without rounding. */
export function Take({ app, name, title, table, frame }) {
  const [open, setOpen] = useState(false);
  const source = () => citation(app);
  const drawing = () => {
    const svg = frame.current?.querySelector("svg.drawing");
    return svg ? alone(svg, title, source()) : null;
  };
  const file = `${app.payload.study.name || "study"}-${name}`;
  const picture = async (kind) => {
    const text = drawing();
    if (text === null) return;
    if (kind === "svg") save(`${file}.svg`, text, "image/svg+xml");
    else save(`${file}.png`, await asPng(text), "image/png");
    app.act.say(`Saved as ${file}.${kind}.`);
  };
  const rows = () => (typeof table.rows === "function" ? table.rows() : table.rows);
  const copied = async (what, done, otherwise) => {
    if (await done) app.act.say(`${what} of ${quoted(title)} copied.`);
    else {
      await otherwise();
      app.act.say(`The browser does not let the page copy: saved as a file instead.`);
    }
  };
  const copyPicture = () => {
    const text = drawing();
    if (text !== null) copied("The picture", pictureToClipboard(asPng(text)), () => picture("png"));
  };
  // With tabs between them cells are pasted into a spreadsheet as cells.
  const copyData = () => copied("The data", toClipboard(csv(table.columns, rows(), "\t")), () => save(`${file}.csv`, csv(table.columns, rows()), "text/csv"));
  return html`<div class="take">
    ${frame && html`<button type="button" class="plain" onClick=${copyPicture} aria-label=${`Copy picture: ${title}`}>Copy picture</button>`}
    ${table && html`<button type="button" class="plain" onClick=${copyData} aria-label=${`Copy data: ${title}`}>Copy data</button>`}
    ${frame && html`<button type="button" class="plain" onClick=${() => picture("svg")} aria-label=${`Save as SVG: ${title}`}>SVG</button>
      <button type="button" class="plain" onClick=${() => picture("png")} aria-label=${`Save as PNG: ${title}`}>PNG</button>`}
    ${table && html`<button type="button" class="plain" aria-label=${`Save as CSV: ${title}`} onClick=${() => {
      save(`${file}.csv`, csv(table.columns, rows()), "text/csv");
      app.act.say(`Saved as ${file}.csv.`);
    }}>CSV</button>`}
    <button type="button" class="plain" aria-expanded=${open} aria-label=${`Cite, command, Python: ${title}`} onClick=${() => setOpen(!open)}>Cite, command, Python</button>
    ${open && html`<div class="take-words">
      <${Copyable} app=${app} label="Citation" text=${source()} />
      <${Copyable} app=${app} label="Command line" text=${commandLine(app)} />
      <${Copyable} app=${app} label="Python" text=${pythonText(app)} />
    </div>`}
  </div>`;
}
