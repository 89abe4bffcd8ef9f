/** Numbers as the rest of the program writes them (`base/words.py`): no more digits than their error supports. */

const LARGE = 1e15;
const LEAST_ERROR = 5e-5;

/** A number rounded half to even to so many places, as Python writes it, with commas between thousands. */
export function fixed(value, places, commas = true) {
  let text = roundedText(Math.abs(value), places);
  if (commas) {
    const [whole, ...rest] = text.split(".");
    text = [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
  }
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

/** `toFixed` rounds the exact binary value half up, Python half to even; they differ only at exact halves. */
function roundedText(value, places) {
  const text = value.toFixed(Math.min(places, 100));
  if (places > 20 || value >= 2 ** 52) return text;
  // An exact half can be written with at most 1074 digits, and at these sizes with few: look whether it is one.
  const longer = value.toFixed(Math.min(places + 55, 100));
  const rest = longer.slice(longer.indexOf(".") + 1 + places);
  if (!/^50*$/.test(rest)) return text;
  const below = longer.slice(0, longer.length - rest.length);
  const lower = places === 0 ? below.replace(/\.$/, "") : below;
  const last = Number(lower.at(-1));
  return last % 2 === 0 ? lower : text;
}

/** So many significant digits, as `%.4g`. */
export function general(value, digits = 4) {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power < -4 || power >= digits) {
    const short = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
    return `${short}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const text = value.toFixed(Math.max(0, digits - 1 - power));
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

/** A number rounded to a whole number of units, halves to the even one. */
function roundedTo(value, unit) {
  const units = value / unit;
  const below = Math.floor(units);
  const up = units - below > 0.5 || (units - below === 0.5 && below % 2 !== 0);
  return (below + Number(up)) * unit;
}

/** The power of ten of a positive number, rounded down. */
function powerOf(value) {
  return Math.floor(Math.log10(value));
}

/** `value` in no more digits than `se` supports; `-` where there is none. */
export function number(value, se = null, most = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "-";
  if (Math.abs(value) >= LARGE) return general(value);
  let text;
  if (se !== null && se > 0 && Number.isFinite(se)) {
    const places = -powerOf(se);
    const rounded = places < 0 ? roundedTo(value, 10 ** -places) : value;
    text = fixed(rounded, Math.max(0, Math.min(most, places)));
  } else {
    text = Math.abs(value) < 1000 ? fixed(value, most) : fixed(value, 1);
  }
  return text.startsWith("-") && !/[1-9]/.test(text) ? `0${text.replace(/^[-0]+/, "")}` : text;
}

/** `value` with at most `most` decimals, and no more than its Monte Carlo error supports. */
export function supported(value, se, most = 3) {
  if (se === null || !Number.isFinite(se)) return number(value, null, most);
  return number(value, Math.max(se, 10 ** -most), most);
}

/** A figure without Monte Carlo error, in at most four places and without zeros that say nothing. */
export function exact(value) {
  if (Math.abs(value) >= LARGE) return general(value);
  let text = Math.abs(value) < 1000 ? fixed(value, 4) : fixed(value, 1);
  text = text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  return text === "-0" || text === "" ? "0" : text;
}

/** Mean and Monte Carlo error in no more digits than the error supports: `0.683 ±0.002`. */
export function withError({ mean, se }) {
  if (mean === null) return "no value";
  if (se === null) return number(mean);
  if (se <= 1e-12 * Math.max(1, Math.abs(mean))) return exact(mean);
  if (se < LEAST_ERROR) return number(mean);
  const places = -powerOf(se);
  const rounded = places < 0 ? roundedTo(se, 10 ** -places) : se;
  return `${number(mean, se)} ±${fixed(rounded, Math.max(0, places))}`;
}
