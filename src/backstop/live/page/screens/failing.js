/** A world in which a claim fails, found among the worlds of the page. */

import { html } from "vendor/htm";
import { useState } from "vendor/hooks";
import { codesBy } from "../claims.js";
import { FALSE } from "../verdict.js";
import { frequency } from "../words.js";

const LANE = "why";

export function FailingPicker({ app, onPick }) {
  const claims = app.payload.claims.filter((claim) => claim.test !== null);
  const [said, setSaid] = useState("");
  if (!claims.length) return null;
  const pick = async (event) => {
    const claim = claims.find((each) => each.name === event.currentTarget.value);
    if (!claim) return;
    setSaid("Looking…");
    const found = await codesBy(app.engine, claim, app.state.sliders.peek(), LANE);
    if (found === null) return;
    if (found.faults > 0) {
      setSaid("With what is set some worlds cannot be solved, so the claim cannot be judged.");
      return;
    }
    const { codes } = found;
    const weights = app.engine.weightsOf(codes.length);
    const counts = (w) => weights === null || weights[w] > 0;
    const failing = [...codes.keys()].filter((w) => codes[w] === FALSE && counts(w));
    if (!failing.length) {
      setSaid(`In no world of this page does it fail: “${claim.title}”.`);
      return;
    }
    onPick(failing[0]);
    const mass = failing.reduce((sum, w) => sum + (weights === null ? 1 / codes.length : weights[w]), 0);
    const all = weights === null ? 1 : weights.reduce((sum, each) => sum + each, 0);
    setSaid(`World ${failing[0]} is the first of those in which it fails (${frequency(mass / all)} worlds): “${claim.title}”.`);
  };
  return html`<label class="select" for="why-claim"><span>in which a claim fails</span>
    <select id="why-claim" onChange=${pick}><option value="">choose a claim</option>${claims.map((claim) => html`<option key=${claim.name} value=${claim.name}>${claim.title}</option>`)}</select></label>
    ${said && html`<span class="quiet" role="status">${said}</span>`}`;
}
