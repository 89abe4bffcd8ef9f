/**
 * How the numbers of the page are had again: the command line, the Python, and what to cite.
 */

import { YOURS } from "./link.js";
import { ownLevels } from "./state.js";

/** A word of a command line, in quotation marks where a shell would take it apart. */
const word = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\"'\"'")}'`);

/** The levels of the reader's own arrangement that are not the default of their measure. */
export function promised(app) {
  const own = app.state.own.value;
  if (own === null) return null;
  const levels = ownLevels(app.payload, own);
  return Object.fromEntries(
    Object.entries(levels).filter(([name, level]) => level !== (app.controls.get(name)?.default ?? 0)),
  );
}

/** What the study was asked under before the page: the words of its own command line that `assess` knows too. */
function before(app) {
  const { seed, information, overrides } = app.payload.run;
  const given = Object.entries(overrides?.given ?? {}).map(([name, value]) => [name, Array.isArray(value) ? `[${value.join(",")}]` : String(value)]);
  return { seed, information, given, set: overrides?.set ?? {}, camp: overrides?.camp ?? null, yours: overrides?.yours ?? null };
}

/** The option by which a command takes the page's worlds out of those that were weighed. */
const taken = (app) => (app.payload.run.out_of ? ["--out-of", String(app.payload.run.out_of)] : []);

/** The command line that prints the figures of the page as JSON. */
export function commandLine(app, command = "assess") {
  const of = before(app);
  const words = ["backstop", command, app.payload.study.name || ".", "--worlds", String(app.payload.run.worlds), ...taken(app), "--seed", String(of.seed), "--information", of.information];
  if (of.camp !== null) words.push("--camp", of.camp);
  for (const [name, value] of of.given) words.push("--given", `${name}=${value}`);
  for (const [name, value] of Object.entries({ ...of.set, ...app.state.sliders.value })) words.push("--set", `${name}=${value}`);
  const yours = promised(app);
  if (yours !== null) words.push("--yours", Object.entries(yours).map(([name, level]) => `${name}=${level}`).join(","));
  words.push("--json");
  return words.map((each) => (each === "" ? "''" : word(each))).join(" ");
}

/** The Python that gives the same result. */
export function pythonText(app) {
  const of = before(app);
  const plain = (values) => `{${Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}: ${Array.isArray(value) ? `[${value.join(", ")}]` : value}`).join(", ")}}`;
  const set = { ...of.set, ...app.state.sliders.value };
  const yours = promised(app);
  const parts = [JSON.stringify(app.payload.study.name || "."), `worlds=${app.payload.run.worlds}`, `seed=${of.seed}`, ...(app.payload.run.out_of ? [`out_of=${app.payload.run.out_of}`] : []), `information=${JSON.stringify(of.information)}`];
  if (of.camp !== null) parts.push(`camp=${JSON.stringify(of.camp)}`);
  if (of.given.length) parts.push(`given=${plain(app.payload.run.overrides.given)}`);
  if (Object.keys(set).length) parts.push(`set=${plain(set)}`);
  if (yours !== null) parts.push(`yours=${plain(yours)}`);
  const one = parts.join(", ");
  const call = one.length < 90 ? `backstop.assess(${one})` : `backstop.assess(\n    ${parts.join(",\n    ")},\n)`;
  const key = yours !== null ? YOURS : app.state.focus.value;
  return `import backstop\n\nresult = ${call}\nprint(result.arrangements[${JSON.stringify(key)}].metrics[${JSON.stringify(app.state.metric.value)}])\n`;
}

/** What to cite: the study, its state, the program, and what was set by hand. */
export function citation(app) {
  const { study, backstop, run } = app.payload;
  const set = Object.entries(app.state.sliders.value).map(([name, value]) => `${name} = ${value}`);
  const yours = promised(app);
  const hand = [
    ...(set.length ? [`set by hand: ${set.join(", ")}`] : []),
    ...(yours !== null ? [`Yours: ${Object.entries(yours).map(([name, level]) => `${name} = ${level}`).join(", ") || "every measure at its default"}`] : []),
  ];
  return `${study.title}. Study “${study.name}”, scenario ${study.digest.slice(0, 12)}, solved with Backstop ${backstop}: ${run.worlds} worlds${run.out_of ? ` taken by their weights out of ${run.out_of}` : ""}, seed ${run.seed}, payoff shocks read as ${run.information}${hand.length ? `; ${hand.join("; ")}` : ""}.`;
}

/** Everything that is shown, without rounding: settings and figures by arrangement. */
export function stateJson(app, figures) {
  const { study, backstop, run } = app.payload;
  return {
    format: "backstop-live-state/1",
    backstop,
    study: study.name,
    title: study.title,
    digests: study.digests ?? {},
    worlds: run.worlds,
    out_of: run.out_of,
    seed: run.seed,
    information: run.information,
    set: app.state.sliders.value,
    yours: promised(app),
    command: commandLine(app),
    link: app.address(),
    arrangements: figures,
  };
}
