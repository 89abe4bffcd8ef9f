/** What is said of answers in sentences: the headline, what moved, what differs. */

import { YOURS } from "./link.js";
import { titleOf } from "./state.js";
import { better, difference, figure, moved } from "./figures.js";
import { clause, counted, ends, listed, ofWorlds, quoted, said, signed, signedEnds, stop, whole } from "./words.js";

export const metricOf = (app, name) => app.payload.metrics.find((metric) => metric.name === name);
export const leadMetric = (app) => metricOf(app, app.state.metric.value) ?? app.payload.metrics[0];

/** Whether nothing in the study is uncertain, so that all worlds are alike and there is no range. */
export const isExact = (app) => app.payload.draws.parameters.length === 0;

/** Whether anything of the study as it stands has been changed. */
export const isChanged = (app) => app.state.changed.value > 0 || Object.keys(app.state.own.value?.levels ?? {}).length > 0;

/**
 * Which arrangement of the study as it stands is left behind as the ghost of another: itself once an assumption is set,
 * and what the reader's own was begun as a copy of; null where nothing has moved.
 */
export function ghostOf(app, base, key) {
  if (base === null) return null;
  const set = app.state.changed.value > 0;
  if (key !== YOURS) return set ? key : null;
  const own = app.state.own.value;
  return own !== null && (set || Object.keys(own.levels).length > 0) ? own.from : null;
}

/** The arrangement that the one looked into is told against: the first of the study, or the least of all. */
export function otherOf(app, answer) {
  const focus = app.state.focus.value;
  const first = app.payload.arrangements[0].name;
  if (focus !== first) return first;
  const metric = leadMetric(app);
  const known = Object.keys(answer.answers)
    .filter((key) => key !== focus)
    .map((key) => [key, figure(app, answer, key, "metrics", metric.name)])
    .filter(([, of]) => of !== null && of.mean !== null);
  if (!known.length) return null;
  const sign = metric.tone === "bad" ? -1 : 1;
  return known.reduce((low, each) => (sign * each[1].mean < sign * low[1].mean ? each : low))[0];
}

const plausible = (metric, of) => {
  const range = ends(metric, of);
  return range ? ` (plausible range ${range})` : "";
};

/** Whether a figure is missing in some worlds and not in all. */
const lacksSome = (of) => of !== null && of.mean !== null && Boolean(of.without_value);

/** In how many cases, against how many, with the plausible range of both. */
export function headline(app, answer) {
  const metric = leadMetric(app);
  const focus = app.state.focus.value;
  const of = figure(app, answer, focus, "metrics", metric.name);
  let title = clause(metric.title);
  if (of === null) return "";
  if (of.mean === null) return `${title}: no figure under ${quoted(titleOf(app.payload, focus))}, because its condition cannot come about there.`;
  const other = otherOf(app, answer);
  if ([focus, other].some((key) => key !== null && lacksSome(figure(app, answer, key, "metrics", metric.name)))) title += ", where its condition can come about";
  const text = `${title}: ${said(metric, of)} under ${quoted(titleOf(app.payload, focus))}${plausible(metric, of)}`;
  if (other === null) return stop(text);
  const against = figure(app, answer, other, "metrics", metric.name);
  const called = quoted(titleOf(app.payload, other));
  if (against === null || against.mean === null) return stop(`${text}; under ${called} its condition cannot come about`);
  return stop(`${text}, against ${said(metric, against, true)} under ${called}${plausible(metric, against)}`);
}

/** What the range is, and how often the one arrangement does better than the other on the same assumptions. */
export function rangeWords(app, answer) {
  const metric = leadMetric(app);
  if (isExact(app)) return "No assumption of the study is uncertain, so there is one figure and no range.";
  if (answer.worlds === 1) return "One set of assumptions alone was looked at, so there is no range.";
  const focus = app.state.focus.value;
  const of = figure(app, answer, focus, "metrics", metric.name);
  if (of !== null && of.q05 === of.q95 && of.q05 !== null) return "This figure is the same under all assumptions that the study allows.";
  const noun = metric.probability ? "chances" : "figures";
  let text = `The plausible range holds the ${noun} in nine of ten sets of assumptions that the study allows.`;
  if (of?.without_value) text += ` In ${counted(of.without_value, "world")} of ${whole(answer.worlds)} its condition cannot come about, and they have no figure.`;
  const other = otherOf(app, answer);
  const share = other === null ? null : better(app, answer, focus, other, metric);
  if (share !== null) {
    const does = metric.tone === "bad" ? "is lower" : "is higher";
    text += ` On the same assumptions it ${does} under ${quoted(titleOf(app.payload, focus, true))} than under ${quoted(titleOf(app.payload, other, true))} in ${ofWorlds(share, null, "sets of assumptions")}.`;
  }
  return text;
}

/** What the headline figure was before anything was moved, and by how much it has moved on the same worlds. */
export function movedWords(app, answer, base) {
  const metric = leadMetric(app);
  const focus = app.state.focus.value;
  const from = ghostOf(app, base, focus);
  if (from === null) return "";
  const by = moved(app, answer, base, focus, "metrics", metric.name, from);
  const before = figure(app, base, from, "metrics", metric.name);
  if (by === null || by.mean === null || before === null) return "";
  const title = quoted(titleOf(app.payload, from));
  const what = focus === YOURS ? "changed" : "set";
  if (Math.abs(by.mean) <= 1e-12) return stop(`As the study stands it is the same under ${title}: what was ${what} does not move it`);
  if (metric.probability && Math.abs(by.mean) < 0.005) return stop(`As the study stands it is ${said(metric, before, true)} under ${title}: what was ${what} moves it by less than 1 in 100 cases`);
  return stop(`As the study stands it is ${said(metric, before, true)} under ${title}: what was ${what} moves it by ${signed(metric, by.mean, by.se)}${metric.probability ? " in 100 cases" : ""} on the same worlds`);
}

/** The difference between two arrangements in a sentence, with its paired range. */
export function differenceWords(app, answer, key, other, metric) {
  const of = difference(app, answer, key, other, "metrics", metric.name);
  const one = quoted(titleOf(app.payload, key));
  const two = quoted(titleOf(app.payload, other));
  if (of === null || of.mean === null) return `${clause(metric.title)}: no figure for ${one} beside ${two}.`;
  const unit = metric.probability ? " cases in 100" : metric.kind === "duration" ? " years" : "";
  if (of.q05 === of.q95 && Math.abs(of.mean) <= 1e-12) return `${clause(metric.title)}: the same under ${one} and ${two} in every world.`;
  const word = of.mean > 0 ? "more" : "fewer";
  const size = signed(metric, Math.abs(of.mean), of.se).replace("+", "");
  const range = signedEnds(metric, of);
  const share = better(app, answer, key, other, { ...metric, tone: of.mean < 0 ? "bad" : "good" });
  const how = metric.probability || metric.kind === "duration" || metric.kind === "count" ? `${size}${unit} ${metric.probability ? word : word.replace("fewer", "less")}` : `${size} ${of.mean > 0 ? "higher" : "lower"}`;
  const than = size === "0" ? `hardly differs under ${one} from ${two}` : `${how} under ${one} than under ${two}`;
  return stop(`${clause(metric.title)}: ${than} (${range} in nine of ten worlds)${share === null ? "" : `; ${of.mean > 0 ? "higher" : "lower"} in ${ofWorlds(share)}`}`);
}

/** Whether all that a camp of experts has a view on is set to the middle of that view. */
export const holdsCamp = (app, camp) => Object.entries(camp.set).every(([name, value]) => app.state.sliders.value[name] === value);

/** What is set as a camp would have it, and what that leaves out. */
function campWords(app) {
  const held = app.payload.camps.filter((camp) => Object.keys(camp.set).length && holdsCamp(app, camp));
  if (!held.length) return "";
  const names = listed(held.map((camp) => quoted(camp.title)));
  const option = held.length === 1 ? `--camp ${held[0].name}` : "--camp NAME";
  return ` Among them is the middle of what ${names} ${held.length === 1 ? "holds" : "hold"}, the same in every world: it leaves out how sure of it ${held.length === 1 ? "that camp is, and draws and weighs no world as it" : "those camps are, and draws and weighs no world as they"} would. ${option} on the command line does, and its figures differ from these.`;
}

/** What was set by hand, and that this is an intervention. */
export function interventionWords(app) {
  const set = Object.keys(app.state.sliders.value);
  const own = app.state.own.value;
  const parts = [];
  if (set.length) {
    parts.push(`${counted(set.length, "assumption is", "assumptions are")} set by hand, under every arrangement alike. This is an intervention: the worlds keep the weights that the study as it stands gives them, so nothing is learnt from what is set.${campWords(app)}`);
  }
  if (own !== null) {
    const count = Object.keys(own.levels).length;
    parts.push(`“Yours” is ${quoted(titleOf(app.payload, own.from))}${count ? ` with ${counted(count, "measure")} at another level` : ", with nothing changed yet"}.`);
  }
  return parts.join(" ");
}

/** How the claims stand, in a sentence: how many have which verdict. */
export function verdictCounts(verdicts) {
  const counts = new Map();
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const verb = (word, count) => (word.startsWith("leans ") ? (count === 1 ? word : word.replace("leans", "lean")) : `${count === 1 ? "is" : "are"} ${word}`);
  const order = ["supported", "leans true", "open", "leans false", "refuted", "moot", "not judged"];
  return stop(`Of ${counted(verdicts.length, "claim")}, ${listed(order.filter((word) => counts.has(word)).map((word) => `${counts.get(word)} ${verb(word, counts.get(word))}`))}`);
}

