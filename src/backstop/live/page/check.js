/** The page checks itself: its own figures of the study as it stands against those of Python, bit for bit. */
import { claimRequests, judgeClaims } from "./claims.js";
import { differences, summaries } from "./summary.js";

/** How long the check may take, in milliseconds: where it would take longer, some arrangements are compared. */
const LONGEST = 4000;
const PARTS = ["mean", "se", "q05", "q25", "q50", "q75", "q95", "without_value"];

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
  const compare = (place, mine, theirs) => {
    for (const [name, figures] of Object.entries(theirs)) {
      for (const part of PARTS) {
        if (!(part in figures) && !(part in mine[name])) continue;
        compared += 1;
        if (!Object.is(mine[name][part] ?? null, figures[part] ?? null) && !(mine[name][part] === 0 && figures[part] === 0)) {
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
