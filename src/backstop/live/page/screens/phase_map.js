/** The phases of the world that is laid open, year by year: what is where, and what goes on to what. */

import { html } from "vendor/htm";
import { useEffect, useState } from "vendor/hooks";
import { FAINT, phases as drawn } from "../charts/phases.js";
import { readable } from "../opened.js";
import { Figure, Table } from "../parts/figure.js";
import { counted, exact, frequency, listed, quoted } from "../words.js";
import { flowsOf } from "../why.js";

/** The flows of the world that is shown, of every year, with what others do believe on average. */
function useFlows(app, type) {
  const [found, setFound] = useState(null);
  const { engine, state } = app;
  const focus = state.focus.value;
  const levels = state.levels.value.find(({ key }) => key === focus).levels;
  const set = state.sliders.value;
  const world = state.world.value;
  const asked = JSON.stringify([levels, set, world]);
  useEffect(() => {
    let gone = false;
    const periods = Array.from({ length: engine.description.horizon.periods }, (_, t) => t);
    engine.trace({ levels, set, world, periods }).then((of) => !gone && setFound({ of, asked }), () => !gone && setFound(null));
    return () => (gone = true);
  }, [asked]);
  return found === null ? null : flowsOf(engine.description, found.of, type);
}

const cases = (p) => (p >= 0.0005 ? exact(Math.round(1000 * p) / 10) : p > 0 ? "<0.1" : "0");

/** @param phase the phase that is looked at, of `phases`, in `period` */
export function PhaseMap({ app, names, phases, phase, period, onPick }) {
  const found = useFlows(app, phase.type);
  if (found === null) return html`<p class="quiet">Following the world through the years…</p>`;
  const own = phases.filter((each) => each.type === phase.type);
  const { shares, flows } = found;
  const years = app.payload.curves.years;
  const lanes = own.map((each) => ({ key: each.name, label: names.phase(each.name), colour: each === phase ? "blue" : "coal" }));
  const label = (k) => lanes[k].label;
  const last = shares.length - 1;
  const most = shares[last].reduce((best, p, k) => (p > shares[last][best] ? k : best), 0);
  const which = phase.type === null ? "" : `, if ${names.actor(names.types.actor)} is ${readable(phase.type)}`;
  const seen = lanes.map((_, k) => k).filter((k) => shares.some((row) => row[k] > 0));
  const left = seen.filter((k) => shares.every((row) => row[k] < FAINT));
  const of = {
    name: "phases",
    title: `After ${counted(years[last], "year")} this world is most likely in ${quoted(label(most))}, ${frequency(shares[last][most])}${which}`,
    definition: "Each lane is a phase; what stands in it is as high as it is likely as the year begins, and what flows between two years as thick. Press one to look into that phase and year.",
    alternative: seen.map((k) => `${label(k)}: ${shares.map((row, t) => `year ${exact(years[t])} ${cases(row[k])}`).join(", ")}`).join("; "),
    draw: (width) => drawn(lanes, found, { width, years, at: { period, lane: phase.index }, onPick: (t, k) => onPick(t, own[k]) }),
    note: [names.types && phase.type === null ? "Flows are those at the belief that others have on average as a phase begins. Where they believe more or less, play goes a little otherwise: what flows into a phase may differ a little from what stands in it." : "", left.length ? `Less likely than 2 in 1,000 in every year, and not drawn: ${listed(left.map((k) => quoted(label(k))))}.` : ""].join(" ").trim(),
    table: { caption: "In which phase, cases in 100 as the year begins", columns: ["Phase", ...years.map((year) => `year ${exact(year)}`)], rows: seen.map((k) => [label(k), ...shares.map((row) => cases(row[k]))]) },
    data: {
      columns: ["year", "from", "to", "probability", "outcomes"],
      rows: flows.flatMap((between, t) => between.map((flow) => [years[t], own[flow.from].name, own[flow.to].name, flow.p, flow.outcomes.map(({ outcome, p }) => `${outcome} ${p}`).join("; ")])),
    },
  };
  const rows = flows[period].map((flow) => [
    label(flow.from),
    label(flow.to),
    cases(flow.p),
    flow.outcomes.length ? flow.outcomes.slice(0, 4).map(({ outcome, p }) => `${names.outcome(outcome)} ${cases(p)}`).join(", ") : "nothing is decided there any more",
    html`<button type="button" class="plain" disabled=${flow.from === phase.index} aria-label=${`Look into ${label(flow.from)}`} onClick=${() => onPick(period, own[flow.from])}>Look into</button>`,
  ]);
  return html`<div class="phase-flows"><${Figure} app=${app} of=${of} level="h2" />
    <details class="numbers"><summary>What flows in the year from ${exact(years[period])} to ${exact(years[period + 1])}</summary><${Table} caption=${`From phase to phase in the year that begins in year ${exact(years[period])}, cases in 100 of all`} columns=${["From", "To", "cases in 100", "by which outcomes", ""]} rows=${rows} /></details></div>`;
}
