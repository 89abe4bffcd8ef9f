/**
 * A part of a text with its passages marked, and words chosen in it with the mouse, a finger or the keyboard.
 *
 * A passage is told by its number, the pattern of its line and its place above or below others, not by its colour alone.
 */

import { html } from "vendor/htm";
import { useEffect, useMemo, useRef } from "vendor/hooks";
import { signal } from "vendor/signals";
import { around, beside, lanes, lines, offsets, pieces, sentences, words } from "./passages.js";

/** The words chosen: {start, end} in units of the part that is shown, and where they stand on the screen; or null. */
export const selected = signal(null);

/** The last part of the id of a statement, as it is written before its passage. */
export const shortId = (id, source) => (id.startsWith(`${source}-`) ? id.slice(source.length + 1) : id);

/** The colour of an actor: those with most statements have one of their own. */
export function colours(statements) {
  const counts = new Map();
  for (const { record } of statements) if (record.actor !== "outlet") counts.set(record.actor, (counts.get(record.actor) ?? 0) + 1);
  const order = [...counts].sort((a, b) => b[1] - a[1]).map(([actor]) => actor);
  return new Map(order.slice(0, 6).map((actor, index) => [actor, `voice-${index + 1}`]));
}

/** The passages that touch a part, in units of it, with their lanes. */
export function placed(statements, part) {
  if (part === null) return [];
  const { units } = offsets(part.text);
  const found = statements
    .filter(({ passage }) => passage && passage.start !== null && passage.start < part.end && passage.end > part.start)
    .map((statement) => ({
      statement,
      start: units(Math.max(0, statement.passage.start - part.start)),
      end: units(Math.min(part.end, statement.passage.end) - part.start),
    }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const lane = lanes(found);
  return found.map((each, index) => ({ ...each, lane: Math.min(lane[index], 4) }));
}

/** What a passage is called for whoever does not see it. */
export function spoken({ record, names, held, passage }) {
  const who = record.actor === "outlet" ? "the outlet" : names[record.actor] ?? record.actor;
  const state = held || (passage && !passage.confirmed && passage.state !== "no text") ? ", unconfirmed" : "";
  return `${record.id}: ${who}, ${record.type}${record.value === "low" ? ", commentary" : ""}${state}`;
}

function Marked({ piece, text, passages, paint, chosen, onChoose, source }) {
  const inner = piece.inside.map((index) => passages[index]).sort((a, b) => a.lane - b.lane);
  let found = html`${text.slice(piece.start, piece.end)}`;
  for (const each of inner) {
    const { record, held, passage } = each.statement;
    const state = held || !passage.confirmed ? "is-held" : record.value === "low" ? "is-low" : "";
    const is = chosen === record.id ? "is-chosen" : "";
    found = html`<span class=${`passage-mark lane-${each.lane} ${paint.get(record.actor) ?? "voice-0"} ${state} ${is}`} data-statement=${record.id}>${found}</span>`;
  }
  const begins = piece.begins.map((index) => passages[index]).sort((a, b) => b.lane - a.lane);
  return html`${begins.map(({ statement }) => html`<button type="button" tabindex="-1" key=${statement.record.id} data-skip="" data-open=${statement.record.id}
      class=${`passage-number ${paint.get(statement.record.actor) ?? "voice-0"} ${chosen === statement.record.id ? "is-chosen" : ""}`} aria-label=${`Statement ${spoken(statement)}`}
      aria-pressed=${chosen === statement.record.id ? "true" : "false"} onClick=${() => onChoose(statement.record.id)}>${shortId(statement.record.id, source)}</button>`)}${found}`;
}

/**
 * The text of a part.
 *
 * @param {{part: object, statements: object[], zones: object[], chosen: string|null, place: object|null,
 *   onChoose: function(string): void, onCode: function(): void, source: string, say: function(string): void}} parts
 */
export function TextView({ part, statements, zones, chosen, place, onChoose, onCode, source, say }) {
  const element = useRef(null);
  const caret = useRef(null);
  const text = part.text;
  const passages = useMemo(() => placed(statements, part), [statements, part]);
  const paint = useMemo(() => colours(statements), [statements]);
  const rows = useMemo(() => lines(text), [text]);
  const spans = useMemo(() => ({ word: words(text), sentence: sentences(text) }), [text]);
  const off = useMemo(() => offsets(text), [text]);
  const zoned = useMemo(() => zones.map((zone) => ({ kind: zone.kind, start: off.units(Math.max(0, zone.start - part.start)), end: off.units(Math.max(0, zone.end - part.start)) })), [zones, part]);

  useEffect(() => {
    const heard = () => {
      selected.value = chosenIn(element.current);
    };
    document.addEventListener("selectionchange", heard);
    return () => {
      document.removeEventListener("selectionchange", heard);
      selected.value = null;
    };
  }, []);

  useEffect(() => {
    if (!place || place.start < part.start || place.start >= part.end) return;
    const start = off.units(place.start - part.start);
    const end = off.units(Math.min(place.end, part.end) - part.start);
    reveal(element.current, start);
    if (!place.select) return;
    element.current.focus({ preventScroll: true });
    choose(element.current, start, Math.max(end, start + 1));
  }, [place, part.part, part.digest]);

  const press = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const moves = { ArrowRight: ["word", true], ArrowLeft: ["word", false], ArrowDown: ["sentence", true], ArrowUp: ["sentence", false] };
    const now = chosenIn(element.current);
    const last = caret.current;
    // What was chosen otherwise since is what the keys go on from.
    if (!now || (last && (now.start !== Math.min(last.anchor[0], last.head[0]) || now.end !== Math.max(last.anchor[1], last.head[1])))) caret.current = null;
    if (event.key in moves) {
      event.preventDefault();
      const [kind, onward] = moves[event.key];
      const list = spans[kind];
      if (!list.length) return;
      const old = caret.current ?? (now ? { anchor: [now.start, now.end], head: [now.start, now.end] } : null);
      if (old === null) {
        // The first key chooses what is seen first.
        const first = around(list, visible(element.current));
        move(first, first);
        return;
      }
      // From a word to its sentence first, then from sentence to sentence.
      const whole = kind === "sentence" ? around(list, old.head[0]) : null;
      const wider = whole !== null && (onward ? whole[1] > old.head[1] : whole[0] < old.head[0]);
      const to = wider ? whole : beside(list, onward ? old.head[1] : old.head[0], onward);
      move(event.shiftKey ? old.anchor : to, to);
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const list = spans.word;
      if (!list.length) return;
      const to = event.key === "Home" ? list[0] : list[list.length - 1];
      move(event.shiftKey && caret.current ? caret.current.anchor : to, to);
    } else if (event.key === "Enter" || event.key === "c") {
      if (event.target !== element.current || !now) return;
      event.preventDefault();
      onCode();
    } else if (event.key === "Escape" && now) {
      event.preventDefault();
      caret.current = null;
      globalThis.getSelection()?.removeAllRanges();
    } else if (event.key === "n" || event.key === "p") {
      event.preventDefault();
      step(event.key === "n");
    }
  };
  const move = (anchor, head) => {
    caret.current = { anchor, head };
    const start = Math.min(anchor[0], head[0]);
    const end = Math.max(anchor[1], head[1]);
    choose(element.current, start, end);
    reveal(element.current, head[0], "nearest");
    const spokenWords = text.slice(start, end);
    say(spokenWords.length > 300 ? `${spokenWords.slice(0, 140)} ... ${spokenWords.slice(-140)}` : spokenWords);
  };
  const step = (onward) => {
    if (!passages.length) return;
    const at = passages.findIndex(({ statement }) => statement.record.id === chosen);
    const next = at < 0 ? (onward ? 0 : passages.length - 1) : (at + (onward ? 1 : -1) + passages.length) % passages.length;
    onChoose(passages[next].statement.record.id);
    say(spoken(passages[next].statement));
  };
  const click = (event) => {
    if (chosenIn(element.current)) return;
    const mark = event.target instanceof Element ? event.target.closest("[data-statement]") : null;
    if (mark) onChoose(mark.getAttribute("data-statement"));
  };

  return html`<div class="coded-text" ref=${element} tabindex="0" role="group" aria-describedby="text-keys" aria-label=${`Text of ${source}`} onKeyDown=${press} onClick=${click} dir="auto">
    ${rows.map(([start, end]) => {
      const zone = zoned.find((each) => each.start < end && start < each.end);
      const touching = passages.filter((each) => each.start < end && each.end > start);
      return html`<p key=${start} class=${`line ${zone ? `zone-${zone.kind}` : ""} ${start === end ? "is-empty" : ""}`} data-at=${start} dir="auto">${zone && zone.start === start && html`<span class="zone-name" data-skip="">${zone.kind}</span>`}${pieces(start, end, touching).map(
        (piece) => html`<${Marked} key=${piece.start} piece=${piece} text=${text} passages=${touching} paint=${paint} chosen=${chosen} onChoose=${onChoose} source=${source} />`,
      )}</p>`;
    })}
  </div>`;
}

/** The words of the part that are chosen now; null where none are, or others. */
export function chosenIn(element) {
  const selection = globalThis.getSelection();
  if (!element || !selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!element.contains(range.commonAncestorContainer)) return null;
  const start = offsetOf(element, range.startContainer, range.startOffset);
  const end = offsetOf(element, range.endContainer, range.endOffset);
  if (start === null || end === null || end <= start) return null;
  const box = range.getBoundingClientRect();
  return { start, end, top: box.top, bottom: box.bottom, left: box.left, width: box.width };
}

/** The offset in the part of a place in the page. */
function offsetOf(element, node, inside) {
  let line = (node instanceof Element ? node : node.parentElement)?.closest("[data-at]");
  if (!line) {
    // Between lines: the place is before the line that comes next, or at the end.
    const next = node === element ? element.children[inside] : null;
    if (next) return Number(next.getAttribute("data-at"));
    line = element.lastElementChild;
    return line ? Number(line.getAttribute("data-at")) + lengthOf(line) : null;
  }
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEnd(node, inside);
  return Number(line.getAttribute("data-at")) + lengthOf(range.cloneContents());
}

/** The characters of the text in a piece of the page, without what the page adds. */
function lengthOf(piece) {
  let length = 0;
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) length += node.data.length;
    else if (!(node instanceof Element) || !node.hasAttribute("data-skip")) node.childNodes.forEach(walk);
  };
  piece.childNodes.forEach(walk);
  return length;
}

/** The place in the page of an offset in the part: [node, offset]. */
function placeOf(element, offset) {
  const rows = element.children;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (Number(rows[middle].getAttribute("data-at")) <= offset) low = middle;
    else high = middle - 1;
  }
  const line = rows[low];
  let left = offset - Number(line.getAttribute("data-at"));
  let found = [line, line.childNodes.length];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (left <= node.data.length) {
        found = [node, left];
        return true;
      }
      left -= node.data.length;
      return false;
    }
    if (node instanceof Element && node.hasAttribute("data-skip")) return false;
    return [...node.childNodes].some(walk);
  };
  walk(line);
  return found;
}

/** Choose the words from `start` to `end` of the part, as a mouse would. */
export function choose(element, start, end) {
  const selection = globalThis.getSelection();
  if (!element || !selection) return;
  selection.setBaseAndExtent(...placeOf(element, start), ...placeOf(element, end));
}

const calm = () => globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Bring an offset of the part into sight. */
function reveal(element, offset, block = "center") {
  if (!element) return;
  const [node] = placeOf(element, offset);
  (node instanceof Element ? node : node.parentElement)?.scrollIntoView({ block, behavior: calm() || block === "nearest" ? "auto" : "smooth" });
}

/** The offset of the first line that is in sight. */
function visible(element) {
  const row = [...element.children].find((each) => each.getBoundingClientRect().bottom > 80 && !each.classList.contains("is-empty"));
  return row ? Number(row.getAttribute("data-at")) : 0;
}
