/**
 * What every drawing stands on: scales, ticks, measured text, and a width that follows the page.
 *
 * Drawings are made at the width they are shown, in pixels, so that letters keep their size on a phone.
 */

import { useRef, useState, useLayoutEffect } from "vendor/hooks";

export const SIZE = 13;
export const SMALL = 12;

/** The colours of actors, in their order in the study, the same in every drawing. */
const ACTORS = ["blue", "amber", "green", "rose", "sky", "orange", "violet", "bronze", "slate", "coal", "grey", "ash"];
export const actorColour = (at) => ACTORS[at % ACTORS.length];

/** A linear scale from an interval of numbers to one of pixels; numbers outside are held at its ends. */
export function linear([low, high], [from, to]) {
  const span = high - low || 1;
  const at = (value) => from + ((Math.min(high, Math.max(low, value)) - low) / span) * (to - from);
  at.domain = [low, high];
  return at;
}

/** Round numbers inside an interval, about `count` of them. */
export function ticks([low, high], count = 5) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => span / each <= count) ?? 10 * power;
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + 1e-9 * span; at++) found.push(at * step === 0 ? 0 : at * step);
  return found;
}

/** An interval widened to round numbers. */
export function rounded(low, high) {
  if (!(high > low)) return [low - 1, high + 1];
  const steps = ticks([low, high], 5);
  const step = steps.length > 1 ? steps[1] - steps[0] : high - low;
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

/** A number at a tick: no more places than it needs. */
export const tickText = (value) => String(Number(value.toPrecision(6))).replace("-", "−");

let canvas = null;
const widths = new Map();

/** The width of a line of text in pixels. */
export function textWidth(text, size = SIZE, bold = false) {
  const name = `${bold}${size}${text}`;
  let width = widths.get(name);
  if (width === undefined) {
    canvas ??= document.createElement("canvas").getContext("2d");
    canvas.font = `${bold ? "bold " : ""}${size}px "Liberation Sans", Arial, Helvetica, sans-serif`;
    width = canvas.measureText(text).width;
    if (widths.size > 5000) widths.clear();
    widths.set(name, width);
  }
  return width;
}

/** Text in lines of at most `most` pixels, at most `lines` of them; what does not fit ends in dots. */
export function wrapped(text, most, size = SIZE, lines = 2, bold = false) {
  const found = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (!line || textWidth(longer, size, bold) <= most) line = longer;
    else {
      found.push(line);
      line = word;
    }
  }
  if (line) found.push(line);
  const kept = found.slice(0, lines);
  if (found.length > lines) kept[lines - 1] = `${kept[lines - 1]}…`;
  return kept.map((each) => cut(each, most, size, bold));
}

/** A line cut to `most` pixels. */
export function cut(text, most, size = SIZE, bold = false) {
  if (textWidth(text, size, bold) <= most) return text;
  let kept = text.replace(/…$/, "");
  while (kept.length > 1 && textWidth(`${kept}…`, size, bold) > most) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}

/** A place in the page and how wide it is; drawings are made anew when that changes. */
export function useWidth(first = 640) {
  const place = useRef(null);
  const [width, setWidth] = useState(first);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const measure = () => {
      const found = Math.floor(element.clientWidth);
      if (found > 0) setWidth((before) => (Math.abs(before - found) > 1 ? found : before));
    };
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(element);
    return () => watching.disconnect();
  }, []);
  return [place, Math.max(240, width)];
}
