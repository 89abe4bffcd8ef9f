/** The claims judged anew whenever something is set and has come to rest: the lamps of the page. */

import { effect } from "vendor/signals";
import { claimRequests, judgeClaims } from "./claims.js";

/** Milliseconds that must pass without a change, so that lamps never hold up what is being moved. */
const REST = 250;
const SHOWN_ON = ["answer", "claims"];

/** Judge claims for an application wherever lamps are shown; `app.judged` is by name, null while it is not known. */
export function keepJudged(app) {
  const { payload, engine } = app;
  if (!payload.claims.length) return;
  const requests = claimRequests(payload.claims);
  let turn = 0;
  let waiting = 0;
  let judgedFor = "{}";

  const judge = async (sliders, mine) => {
    for (let tries = 0; tries < 3 && mine === turn; tries++) {
      const found = await engine.solve({ arrangements: requests, set: sliders, worlds: payload.run.worlds, wanted: ["metrics"] });
      if (mine !== turn) return;
      if (found === null) continue; // overtaken by another request
      const weights = engine.weightsOf(found.worlds);
      const verdicts = judgeClaims(payload.claims, found.answers, { weights, worlds: found.worlds, parameter: engine.parameter(sliders) });
      judgedFor = JSON.stringify(sliders);
      app.judged.value = new Map(Object.entries(verdicts));
      return;
    }
  };
  effect(() => {
    const answer = app.answer.value;
    const shown = SHOWN_ON.includes(app.state.screen.value);
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
