/**
 * Figures in words, as the printed report has them: natural frequencies, ranges, lists.
 */

import { general, number } from "./numbers.js";

// As in `base/words.py`: narrower and larger than this, a fixed number of places says nothing.
const SMALL = 1e-6;
const LARGE = 1e15;

/** A share as a natural frequency: `83 of 100`; `base/words.frequency`. */
export function frequency(share, se = null) {
  if (share === null || share === undefined || !Number.isFinite(share)) return "no figure";
  const error = se === null || !Number.isFinite(se) ? 0 : se;
  if (share <= 0) return "none";
  if (share >= 1) return "all";
  if (error >= 0.025) {
    const low = Math.max(0, Math.floor(100 * (share - 2 * error) + 0.5));
    const high = Math.min(100, Math.floor(100 * (share + 2 * error) + 0.5));
    return `between ${low} and ${high} of 100`;
  }
  const about = error >= 0.005 ? "about " : "";
  if (share > 0.995) {
    const least = Math.floor(100 * (share - 2 * error));
    return least >= 99 ? "more than 99 of 100" : `at least about ${least} of 100`;
  }
  if (share >= 0.0095) return `${about}${Math.min(99, Math.max(1, even(100 * share)))} of 100`;
  const most = Math.ceil(100 * (share + 2 * error));
  if (most > 1) return `at most about ${most} of 100`;
  if (error >= 0.0005) return "fewer than 1 of 100";
  return share >= 0.00095 ? `${even(1000 * share)} of 1,000` : "fewer than 1 of 1,000";
}

/** Round to a whole number, halves to the even one as Python does. */
export function even(value) {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/** `83 of 100 worlds`, `all worlds`, `no world`. */
export function ofWorlds(share, se = null, noun = "worlds") {
  const words = frequency(share, se);
  return words === "none" ? `no ${noun.replace(/s$/, "")}` : `${words} ${noun}`;
}

export const quoted = (title) => `“${title}”`;
export const stop = (text) => (/[.!?:]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);
export const clause = (text) => text.trim().replace(/\.+$/, "");
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
export const counted = (count, one, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;

/** A whole number with commas. */
export const whole = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");

export function listed(items, last = "and") {
  if (!items.length) return "none";
  return items.length === 1 ? items[0] : `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}

/** A figure of a metric, as a sentence has it: `in 93 of 100 cases`, `4.2 years`. */
export function said(metric, of, short = false) {
  if (!of || of.mean === null) return "no figure";
  if (metric.probability) {
    const words = frequency(of.mean, of.se);
    if (words === "none") return short ? "no case" : "in no case";
    if (short) return words;
    return words.startsWith("between") ? `${words} cases` : `in ${words} cases`;
  }
  const unit = metric.kind === "duration" && !short ? " years" : "";
  return `${plain(of.mean, of.se)}${unit}`;
}

/** A number with at most two decimals, and no more than its error supports. */
export const plain = (value, se = null, most = 2) =>
  value === null ? "-" : number(value, se === null ? null : Math.max(se, 10 ** -most), most);

/** The plausible range in words, in cases of 100 where it is one of chances; empty where there is none. */
export function ends(metric, of) {
  const found = rangeEnds(of, metric.probability);
  return found === null ? "" : rangeText(found);
}

/** The same for a cell of a table, `30–100`; empty where nothing is left between the two ends. */
export function cellEnds(metric, of) {
  const found = rangeEnds(of, metric.probability);
  if (found === null || found.low === found.high) return "";
  return `${found.low}${/^-/.test(found.low) || /^-/.test(found.high) ? " to " : "–"}${found.high}`;
}

/** The plausible range of a difference, both ends with their signs: `about −5 to +30`. */
export function signedEnds(metric, of) {
  const found = rangeEnds(of, metric.probability);
  if (found === null) return signed(metric, of.q05);
  const withSign = (text) => (!/[1-9]/.test(text) ? text : text.startsWith("-") ? `−${text.slice(1)}` : `+${text}`);
  return rangeText({ ...found, low: withSign(found.low), high: withSign(found.high) });
}

function rangeText({ low, high, about }) {
  const rough = about[1].length > about[0].length ? about[1] : about[0];
  if (low === high) return `${rough || "about "}${low}`;
  return `${about[0]}${low} to ${about[0] ? "" : about[1]}${high}`;
}

/** The ends of the plausible range, rounded to what their errors support; `base/words.range_ends`. */
export function rangeEnds(of, cases = false) {
  if (!of || of.mean === null || of.q05 === null || of.q95 === null || of.q95 - of.q05 <= 1e-9 * Math.max(1, Math.abs(of.q95))) return null;
  const scale = cases ? 100 : 1;
  if (of.q95 - of.q05 < SMALL || Math.abs(of.mean) >= LARGE) return { ...inDigits(scale * of.q05, scale * of.q95), about: ["", ""] };
  const width = scale * of.q95 - scale * of.q05;
  const places = cases && width >= 2 ? 0 : Math.min(9, Math.max(0, 1 - Math.floor(Math.log10(width))));
  const end = (value, se) => stepped(scale * value, se === null || se === undefined ? null : scale * se, places, width);
  const [low, high] = [end(of.q05, of.q05_se), end(of.q95, of.q95_se)];
  return { low: low.text, high: high.text, about: [low.about, high.about] };
}

/** An end of a range in steps that its error supports, and the word that belongs before it. */
function stepped(value, se, places, width) {
  const least = 10 ** -places;
  if (se === null || !(se >= least / 2)) return { text: number(value, least, places), about: "" };
  let [factor, power, about] = [1, -places, "about "];
  if (se >= 1.25 * least) {
    power = Math.floor(Math.log10(se / 1.25));
    [factor, power] = se < 2.5 * 10 ** power ? [5, power] : [1, power + 1];
  }
  // Steps of more than a third of the range would leave nothing of it.
  const most = Math.floor(Math.log10(width / 3));
  if (factor * 10 ** power > width / 3) {
    [factor, power] = 5 * 10 ** most <= width / 3 ? [5, most] : [1, most];
    about = "very roughly ";
    if (factor * 10 ** power < least) [factor, power] = [1, -places];
  }
  const step = factor * 10 ** power;
  return { text: number(even(value / step) * step, 10 ** Math.min(power, 0), Math.max(0, -power)), about };
}

/** Ends that no fixed number of places tells apart, in as many digits as do. */
function inDigits(low, high) {
  const power = (value) => Math.floor(Math.log10(value));
  const digits = Math.min(Math.max(power(Math.max(Math.abs(low), Math.abs(high))) - power(high - low) + 2, 2), 15);
  return { low: general(low, digits), high: general(high, digits) };
}

/** A figure in a cell of a table: cases in 100, or a number. */
export function cell(metric, of) {
  if (!of || of.mean === null) return "-";
  if (!metric.probability) return plain(of.mean, of.se);
  const cases = 100 * of.mean;
  if (of.mean === 0 || of.mean === 1) return String(cases);
  if (cases < 0.05) return "<0.1";
  if (cases > 99.95) return ">99.9";
  return cases < 9.95 && (of.se === null || of.se < 0.001) ? cases.toFixed(1) : String(even(cases));
}

/** A difference with its sign: cases in 100, or a number. */
export function signed(metric, value, se = null) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "-";
  const scale = metric.probability ? 100 : 1;
  const places = metric.probability ? (se !== null && 100 * se < 0.1 && Math.abs(100 * value) < 9.95 ? 1 : 0) : 2;
  const text = (Math.abs(scale * value)).toFixed(places);
  if (Number(text) === 0) return "0";
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** A value of a slider in as many places as it has, and its unit where that is one word or two. */
export function amount(value, unit = "") {
  const text = exact(value);
  return unit && !/[=,;]/.test(unit) ? `${text} ${unit}` : text;
}

/** A number that has no error, in at most four places. */
export function exact(value) {
  if (Math.abs(value) >= 1e15) return String(value);
  const text = value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 1000 ? 4 : 1 });
  return text === "-0" ? "0" : text;
}
