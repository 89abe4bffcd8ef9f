/** The figures of the page: what each shows of an answer, how it is drawn, and its numbers. */

import { actorColour, rounded } from "./charts/frame.js";
import { intervals } from "./charts/intervals.js";
import { curves } from "./charts/curves.js";
import { gains } from "./charts/gains.js";
import { binned, spread } from "./charts/spread.js";
import { curve, difference, figure, moved, rows as rowOf } from "./figures.js";
import { ghostOf, isExact, leadMetric, metricOf } from "./sentences.js";
import { titleOf } from "./state.js";
import { YOURS } from "./link.js";
import { cell, cellEnds, clause, counted, ends, listed, plain, quoted, said, signed, signedEnds, whole } from "./words.js";

export const PICTURES = {
  intervals: "The figure by arrangement",
  survival: "The figure by year",
  gains: "Who gains and who loses",
  differences: "Difference from the first",
  spread: "How it is spread over worlds",
  costs: "What it costs",
};

const colourOf = (app, key) => (key === YOURS ? "green" : key === app.state.focus.value ? "blue" : "coal");
const keysOf = (answer) => Object.keys(answer.answers);
const plainOf = (of) => (of === null ? PLAIN.map(() => "") : [of.mean, of.se, of.q05, of.q25, of.q75, of.q95, of.q05_se, of.q95_se]);
const PLAIN = ["mean", "standard error", "5 %", "25 %", "75 %", "95 %", "standard error of 5 %", "standard error of 95 %"];

/** `93 (50–100)`. */
export function figureText(metric, of) {
  const range = cellEnds(metric, of);
  return range ? `${cell(metric, of)} (${range})` : cell(metric, of);
}

/** A figure under every arrangement. */
export function intervalsPicture(app, answer, base, keys = keysOf(answer)) {
  const metric = leadMetric(app);
  const behind = (key) => ghostOf(app, base, key);
  const ghost = keys.some((key) => behind(key) !== null);
  const rows = keys.map((key) => {
    const of = figure(app, answer, key, "metrics", metric.name);
    return {
      key,
      label: titleOf(app.payload, key, true),
      colour: colourOf(app, key),
      of,
      ghost: behind(key) === null ? null : figure(app, base, behind(key), "metrics", metric.name),
      text: figureText(metric, of),
    };
  });
  const known = rows.filter((row) => row.of !== null && row.of.mean !== null);
  const most = known.length ? known.reduce((a, b) => (b.of.mean > a.of.mean ? b : a)) : null;
  const least = known.length ? known.reduce((a, b) => (b.of.mean < a.of.mean ? b : a)) : null;
  const title = clause(metric.title);
  return {
    name: "by-arrangement",
    title: most === null ? title : most === least ? `${title}: ${said(metric, most.of, true)}` : `${title}: from ${said(metric, least.of, true)} under ${quoted(least.label)} to ${said(metric, most.of, true)} under ${quoted(most.label)}`,
    definition: `${metric.definition} ${metric.probability ? "Cases in 100." : unitWords(metric)}${isExact(app) ? "" : " Dot: mean over worlds; thick line: half of them; thin line: nine in ten."}`,
    alternative: rows.map((row) => `${row.label}: ${row.of === null ? "no figure" : said(metric, row.of, true)}`).join("; "),
    draw: (width) => intervals(rows, { width, domain: metric.probability ? [0, 1] : null, scale: metric.probability ? 100 : 1, unit: metric.probability ? "cases in 100" : "" }),
    ghost,
    table: {
      caption: `${title}, by arrangement`,
      columns: ["Arrangement", ...(ghost ? ["as the study stands"] : []), metric.probability ? "cases in 100" : "mean", "nine of ten worlds"],
      rows: rows.map((row) => [row.label, ...(ghost ? [row.ghost ? cell(metric, row.ghost) : "-"] : []), cell(metric, row.of), ends(metric, row.of) || "-"]),
    },
    data: { columns: ["arrangement", ...PLAIN], rows: rows.map((row) => [row.key, ...plainOf(row.of)]) },
  };
}

const unitWords = (metric) => (metric.kind === "duration" ? "Years." : metric.kind === "count" ? "Expected number of times." : metric.kind === "value" ? "In the actor's own unit, which is never compared with another's." : "");

/** The metric whose curve is drawn: the one that leads where it has one, else the first that does. */
export function curveMetric(app) {
  const known = app.payload.curves.metrics;
  const lead = leadMetric(app);
  if (known.includes(lead.name)) return lead;
  const name = known.find((each) => metricOf(app, each)?.kind === "avoid") ?? known[0];
  return name === undefined ? null : metricOf(app, name);
}

/** A figure by year under every arrangement. */
export function survivalPicture(app, answer, base, keys = keysOf(answer)) {
  const metric = curveMetric(app);
  if (metric === null) return null;
  const years = app.payload.curves.years;
  const behind = (key) => ghostOf(app, base, key);
  const ghost = keys.some((key) => behind(key) !== null);
  const panels = keys.map((key) => ({
    key,
    label: titleOf(app.payload, key, true),
    colour: colourOf(app, key),
    of: curve(app, answer, key, metric.name),
    ghost: behind(key) === null ? null : curve(app, base, behind(key), metric.name),
  }));
  const at = landmarks(years);
  const title = clause(metric.title);
  const last = years.at(-1);
  const known = panels.filter((panel) => panel.of !== null && panel.of.mean.at(-1) !== null);
  const end = (panel) => Math.round(100 * panel.of.mean.at(-1));
  const most = known.length ? known.reduce((a, b) => (end(b) > end(a) ? b : a)) : null;
  const least = known.length ? known.reduce((a, b) => (end(b) < end(a) ? b : a)) : null;
  return {
    name: "by-year",
    title: most === null ? `${title}, by year` : `${title}: after ${counted(last, "year")} in ${end(least)} of 100 cases under ${quoted(least.label)}${most === least ? "" : `, in ${end(most)} under ${quoted(most.label)}`}`,
    definition: `${metric.definition} Cases in 100 by year${isExact(app) ? "" : "; line: mean over worlds; band: nine of ten worlds"}.`,
    alternative: panels.map((panel) => `${panel.label}: ${panel.of === null ? "no figure" : at.map((i) => `${Math.round(100 * panel.of.mean[i])} of 100 at year ${years[i]}`).join(", ")}`).join("; "),
    draw: (width) => curves(panels.filter((panel) => panel.of !== null), { width, years }),
    ghost,
    table: {
      caption: `${title}, cases in 100 by year`,
      columns: ["Arrangement", ...at.map((i) => `year ${years[i]}`)],
      rows: panels.map((panel) => [panel.label, ...at.map((i) => (panel.of === null ? "-" : `${Math.round(100 * panel.of.mean[i])} (${Math.round(100 * panel.of.q05[i])}–${Math.round(100 * panel.of.q95[i])})`))]),
    },
    data: {
      columns: ["arrangement", "year", "mean", "5 %", "95 %"],
      rows: panels.flatMap((panel) => (panel.of === null ? [] : years.map((year, i) => [panel.key, year, panel.of.mean[i], panel.of.q05[i], panel.of.q95[i]]))),
    },
  };
}

/** The points of a curve that are said in numbers: about years 1, 5 and 10, and the last. */
function landmarks(years) {
  const wanted = [1, 5, 10, years.at(-1)];
  const found = wanted.map((year) => years.findIndex((each) => each >= year - 1e-9)).filter((at) => at > 0);
  return [...new Set(found)].sort((a, b) => a - b);
}

/** What actors gain and lose against the first arrangement shown. */
export function gainsPicture(app, answer, base, keys = keysOf(answer)) {
  const [first, ...others] = keys;
  if (!others.length || !app.payload.actors.length) return null;
  const against = titleOf(app.payload, first, true);
  const behind = (key) => ghostOf(app, base, key);
  const start = behind(first) ?? first;
  const ghost = start !== YOURS && keys.some((key) => behind(key) !== null);
  const columns = app.payload.actors.map((actor, at) => ({
    key: actor.name,
    label: actor.short,
    colour: actorColour(at),
    rows: others.map((key) => ({ key, label: titleOf(app.payload, key, true), of: difference(app, answer, key, first, "values", actor.name), ghost: ghost && (behind(key) ?? key) !== YOURS ? difference(app, base, behind(key) ?? key, start, "values", actor.name) : null })),
  }));
  const lose = columns.filter((column) => column.rows.some((row) => row.of !== null && row.of.q95 < 0)).map((column) => column.label);
  const value = (of) => (of === null || of.mean === null ? "-" : signed({ probability: false }, of.mean, of.se));
  return {
    name: "gains",
    title: gainsTitle(app, lose, against),
    definition: `What the future is worth to each actor at the start, less what it is worth under ${quoted(against)}, on the same worlds. Each actor has a scale of its own: payoffs of different actors are never compared. Triangle: ${isExact(app) ? "" : "mean, "}up for a gain and down for a loss${isExact(app) ? "" : "; line: nine of ten worlds"}.`,
    alternative: columns.map((column) => `${column.label}: ${column.rows.map((row) => `${row.label} ${value(row.of)}`).join(", ")}`).join("; "),
    draw: (width) => gains(columns, { width }),
    ghost,
    table: {
      caption: `Gains and losses against ${quoted(against)}, each in the actor's own unit`,
      columns: ["Arrangement", ...columns.map((column) => column.label)],
      rows: others.map((key, i) => [titleOf(app.payload, key, true), ...columns.map((column) => {
        const of = column.rows[i].of;
        return of === null || of.mean === null ? "-" : `${value(of)} (${signedEnds({ probability: false }, of)})`;
      })]),
    },
    data: { columns: ["arrangement", "actor", ...PLAIN], rows: others.flatMap((key, i) => columns.map((column) => [key, column.key, ...plainOf(column.rows[i].of)])) },
  };
}

/** Who loses against the first arrangement in nearly every world: where nine worlds in ten lie below nothing. */
function gainsTitle(app, lose, against) {
  const sure = isExact(app) ? "" : " in nearly every world";
  if (!lose.length) return `No actor loses${sure} against ${quoted(against)}`;
  return `Against ${quoted(against)}, ${listed(lose)} ${lose.length === 1 ? "loses" : "lose"}${sure} under some arrangement`;
}

/** A figure less that of the first arrangement, paired by world. */
export function differencesPicture(app, answer, base, keys = keysOf(answer)) {
  const metric = leadMetric(app);
  const [first, ...others] = keys;
  if (!others.length) return null;
  const behind = (key) => ghostOf(app, base, key);
  const ghost = keys.some((key) => behind(key) !== null);
  const rows = others.map((key) => {
    const of = difference(app, answer, key, first, "metrics", metric.name);
    return {
      key,
      label: titleOf(app.payload, key, true),
      colour: colourOf(app, key),
      of,
      ghost: behind(key) === null || (behind(first) ?? first) === YOURS ? null : difference(app, base, behind(key), behind(first) ?? first, "metrics", metric.name),
      text: of === null || of.mean === null ? "-" : `${signed(metric, of.mean, of.se)} (${signedEnds(metric, of)})`,
    };
  });
  const against = quoted(titleOf(app.payload, first, true));
  return {
    name: "differences",
    title: `${clause(metric.title)}: difference from ${against}`,
    definition: `${metric.definition} The figure less that under ${against} on the same worlds${metric.probability ? ", in cases of 100" : ""}. Dot: mean; thick line: half of worlds; thin line: nine in ten.`,
    alternative: rows.map((row) => `${row.label}: ${row.text}`).join("; "),
    draw: (width) => intervals(rows, { width, domain: metric.probability ? spanOf(rows) : null, scale: metric.probability ? 100 : 1, unit: metric.probability ? "cases in 100, more or fewer" : "", zero: true }),
    ghost,
    table: {
      caption: `${clause(metric.title)}: difference from ${against}`,
      columns: ["Arrangement", "mean", "nine of ten worlds"],
      rows: rows.map((row) => [row.label, row.of === null ? "-" : signed(metric, row.of.mean, row.of.se), row.of === null || row.of.mean === null ? "-" : signedEnds(metric, row.of)]),
    },
    data: { columns: ["arrangement", "less", ...PLAIN], rows: rows.map((row) => [row.key, first, ...plainOf(row.of)]) },
  };
}

const spanOf = (rows) => {
  const found = rows.flatMap((row) => [row.of, row.ghost]).filter((of) => of && of.mean !== null).flatMap((of) => [of.q05, of.q95]);
  const [low, high] = rounded(Math.min(0, ...found), Math.max(0, ...found));
  return [Math.max(-1, low), Math.min(1, high)];
};

/** How the figure of the arrangement looked into is spread over worlds. */
export function spreadPicture(app, answer, base) {
  const metric = leadMetric(app);
  const key = app.state.focus.value;
  const row = rowOf(answer, key, "metrics", metric.name);
  const of = figure(app, answer, key, "metrics", metric.name);
  if (row === null || of === null || of.mean === null) return null;
  const from = ghostOf(app, base, key);
  const before = from === null ? null : rowOf(base, from, "metrics", metric.name);
  const finite = [...row, ...(before ?? [])].filter(Number.isFinite);
  const domain = metric.probability ? [0, 1] : rounded(Math.min(...finite), Math.max(...finite));
  const shares = binned(row, app.engine.weightsOf(row.length), domain);
  const ghost = before === null ? null : binned(before, app.engine.weightsOf(before.length), domain);
  const scale = metric.probability ? 100 : 1;
  const step = (domain[1] - domain[0]) / shares.length;
  const bins = shares.map((share, i) => [`${plain(scale * (domain[0] + i * step))} to ${plain(scale * (domain[0] + (i + 1) * step))}`, share]);
  const called = quoted(titleOf(app.payload, key));
  return {
    name: "spread",
    title: `${clause(metric.title)} under ${called}: ${said(metric, of)} on average${ends(metric, of) ? `, ${ends(metric, of)} in nine of ten worlds` : ""}`,
    definition: `How many of 100 worlds, by their weights, have which ${metric.probability ? "chance" : "figure"}. ${metric.definition}`,
    draw: (width) => spread({ shares, ghost, mean: of.mean }, { width, domain, scale, unit: metric.probability ? "chance, in cases of 100" : metric.title }),
    ghost: ghost !== null,
    table: { caption: `${clause(metric.title)} under ${called}`, columns: ["from, to", "worlds in 100"], rows: bins.map(([range, share]) => [range, (100 * share).toFixed(1)]) },
    data: { columns: ["world", "weight", metric.name], rows: Array.from(row, (value, world) => [world, app.engine.weights === null ? 1 : app.engine.weights[world], value]) },
  };
}

/** What the measures of every arrangement are expected to cost. */
export function costsPicture(app, answer, base, keys = keysOf(answer)) {
  const named = app.payload.controls.filter((control) => control.kind === "measure" && control.cost_unit);
  const unit = named[0]?.cost_unit;
  const priced = named.filter((control) => control.cost_unit === unit);
  if (!unit) return null;
  const partsOf = (found, key) => priced.map((control) => [control, figure(app, found, key, "costs", control.name)]).filter(([, of]) => of !== null && of.mean !== null);
  const totalOf = (parts) => parts.reduce((sum, [, of]) => sum + of.mean, 0);
  const rows = keys.map((key) => {
    const parts = partsOf(answer, key);
    const behind = ghostOf(app, base, key);
    return { key, label: titleOf(app.payload, key, true), parts, total: totalOf(parts), ghost: behind === null ? null : flat(totalOf(partsOf(base, behind))) };
  });
  const drawn = rows.map((row) => ({ key: row.key, label: row.label, colour: colourOf(app, row.key), of: flat(row.total), ghost: row.ghost, text: row.total < 10 ? plain(row.total, null, 1) : whole(row.total) }));
  const years = app.payload.curves.years.at(-1);
  return {
    name: "costs",
    title: `Expected cost over ${counted(years, "year")}: from ${whole(Math.min(...rows.map((row) => row.total)))} to ${whole(Math.max(...rows.map((row) => row.total)))} ${unit}`,
    definition: `The cost of every measure at the level in force, summed over the years in which it applies, as a mean over worlds, in ${unit}. Whoever controls a measure pays for it.`,
    alternative: drawn.map((row) => `${row.label}: ${row.text}`).join("; "),
    draw: (width) => intervals(drawn, { width, domain: rounded(0, Math.max(1e-9, ...rows.flatMap((row) => [row.total, row.ghost?.mean ?? 0]))), unit }),
    ghost: rows.some((row) => row.ghost !== null),
    table: {
      caption: `Expected cost by measure, ${unit}`,
      columns: ["Arrangement", "all", ...priced.map((control) => control.short)],
      rows: rows.map((row) => [row.label, plain(row.total, null, 1), ...priced.map((control) => {
        const found = row.parts.find(([each]) => each === control);
        return found ? plain(found[1].mean, null, 1) : "-";
      })]),
    },
    data: { columns: ["arrangement", "measure", "unit", ...PLAIN], rows: rows.flatMap((row) => row.parts.map(([control, of]) => [row.key, control.name, unit, ...plainOf(of)])) },
  };
}

const flat = (mean) => ({ mean, q05: mean, q25: mean, q75: mean, q95: mean });

/** A figure by the name of its place. */
export function picture(app, slot, answer, base, keys) {
  const make = { intervals: intervalsPicture, survival: survivalPicture, gains: gainsPicture, differences: differencesPicture, spread: spreadPicture, costs: costsPicture }[slot];
  return make ? make(app, answer, base, keys) : null;
}

/** How a figure of an arrangement moved since the study as it stands, for a cell of a table. */
export function movedText(app, answer, base, key, metric) {
  const from = ghostOf(app, base, key);
  if (from === null) return "";
  const of = moved(app, answer, base, key, "metrics", metric.name, from);
  return of === null || of.mean === null ? "" : signed(metric, of.mean, of.se);
}

