/** The claims judged anew whenever something is set and has come to rest: the lamps of the page. */

import { effect } from "vendor/signals";
import { claimRequests, judgeClaims } from "./claims.js";

/** Milliseconds that must pass without a change, so that lamps never hold up what is being moved. */
const REST = 250;
const SHOWN_ON = ["answer", "claims"];

/**
 * Judge claims for an application wherever lamps are shown: `app.judged` is by name, null while nothing is known as things
 * are set. Claims that look for a level ask for many promises: they are judged after the others.
 */
export function keepJudged(app) {
  const { payload, engine } = app;
  if (!payload.claims.length) return;
  const first = claimRequests(payload.claims);
  const levels = payload.claims.filter(({ test }) => test?.kind === "threshold");
  const stages = [{ claims: payload.claims.filter((claim) => !levels.includes(claim)), requests: first }];
  if (levels.length) stages.push({ claims: levels, requests: claimRequests(levels, true) });
  let turn = 0;
  let waiting = 0;
  let judgedFor = "{}";

  /** The verdicts of a stage; null where the reader has gone on. */
  const verdictsOf = async ({ claims, requests }, sliders, mine) => {
    while (mine === turn) {
      const found = requests.length ? await engine.solve({ arrangements: requests, set: sliders, worlds: payload.run.worlds, wanted: ["metrics"] }) : { answers: {}, worlds: payload.run.worlds };
      if (found === null) {
        await new Promise((resolve) => setTimeout(resolve, REST)); // overtaken by another request
        continue;
      }
      const weights = engine.weightsOf(found.worlds);
      return judgeClaims(claims, found.answers, { weights, worlds: found.worlds, parameter: engine.parameter(sliders) });
    }
    return null;
  };
  const judge = async (sliders, mine) => {
    let known = new Map();
    for (const stage of stages) {
      const verdicts = await verdictsOf(stage, sliders, mine);
      if (verdicts === null || mine !== turn) return;
      known = new Map([...known, ...Object.entries(verdicts)]);
      app.judged.value = known;
    }
    judgedFor = JSON.stringify(sliders);
  };
  effect(() => {
    const answer = app.answer.value;
    const shown = SHOWN_ON.includes(app.state.screen.value) || app.sight.value.lamps === true;
    if (answer === null) return;
    const key = JSON.stringify(app.state.sliders.value);
    turn += 1;
    clearTimeout(waiting);
    if (key === "{}") {
      judgedFor = key;
      app.judged.value = null;
      return;
    }
    if (key === judgedFor) return;
    app.judged.value = null;
    if (!shown || answer.preview || JSON.stringify(answer.sliders) !== key) return;
    const mine = turn;
    waiting = setTimeout(() => judge(answer.sliders, mine), REST);
  });
}
