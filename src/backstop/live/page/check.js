/** The page checks itself: its own figures of the study as it stands against those of Python, bit for bit. */
import { claimRequests, judgeClaims } from "./claims.js";
import { differences, summaries } from "./summary.js";

/** How long the check may take, in milliseconds: where it would take longer, some arrangements are compared. */
const LONGEST = 4000;
const PARTS = ["mean", "se", "q05", "q25", "q50", "q75", "q95", "q05_se", "q95_se", "without_value"];

/** How far figures on a condition may differ from Python's, of their size or of 1, where the page leaves slips out. */
const ROUNDING = 1e-12;

/** The metrics on a condition, where the program of the page leaves slips out; else none. */
export function roundedIn({ program: { description } }) {
  const metrics = description.slips ? [] : Object.entries(description.outputs.metrics);
  return new Set(metrics.filter(([, of]) => of.nan_where_condition_is_below !== undefined).map(([name]) => name));
}

/**
 * Compare with the baseline of the payload.
 * @returns {Promise<{compared: number, differing: string[]} | null>} null where another request came meanwhile
 */
export async function checked(engine) {
  const { payload } = engine;
  const all = payload.arrangements.map(({ name, levels }) => ({ key: name, levels }));
  const claims = claimRequests(payload.claims);
  const affordable = engine.affordableArrangements(LONGEST, ["metrics", "values"]);
  const whole = affordable >= all.length + claims.length;
  const arrangements = whole ? all : all.slice(0, affordable);
  const solved = await engine.solve({
    arrangements: whole ? [...arrangements, ...claims] : arrangements,
    wanted: ["metrics", "values"],
    lane: "check",
  });
  if (solved === null) return null;
  const weights = engine.weightsOf(solved.worlds);
  const differing = [];
  let compared = 0;
  // On a condition a program that tells slips, as Python's does, adds up in another order than one that does not.
  const near = (name, mine, theirs) => roundedIn(payload).has(name) && Math.abs(mine - theirs) <= ROUNDING * Math.max(1, Math.abs(theirs));
  const compare = (place, mine, theirs) => {
    for (const [name, figures] of Object.entries(theirs)) {
      for (const part of PARTS) {
        if (!(part in figures) && !(part in mine[name])) continue;
        compared += 1;
        const [here, there] = [mine[name][part] ?? null, figures[part] ?? null];
        if (!Object.is(here, there) && !(here === 0 && there === 0) && !(here !== null && there !== null && near(name, here, there))) {
          differing.push(`${place}, ${name}, ${part}: ${mine[name][part]} here, ${figures[part]} by Python`);
        }
      }
    }
  };
  const first = payload.arrangements[0].name;
  for (const { key } of arrangements) {
    const answer = solved.answers[key];
    compare(key, summaries(answer.metrics, weights), payload.baseline[key]);
    compare(key, summaries(answer.values, weights), payload.baseline_values[key]);
    if (key !== first) {
      compare(`${key} less ${first}`, differences(answer.metrics, solved.answers[first].metrics, weights), payload.baseline_differences[key]);
    }
  }
  const verdicts = judgeClaims(payload.claims, solved.answers, { weights, worlds: solved.worlds, parameter: engine.parameter({}) });
  for (const { name, verdict } of payload.claims) {
    for (const [part, theirs] of Object.entries(verdicts[name] ? verdict : {})) {
      compared += 1;
      if (verdicts[name][part] !== theirs) differing.push(`claim ${name}, ${part}: ${verdicts[name][part]} here, ${theirs} by Python`);
    }
  }
  return { compared, differing };
}
