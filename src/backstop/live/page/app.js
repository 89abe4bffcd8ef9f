/** What is seen of the page. */
import { html } from "vendor/htm";
import { withError } from "./numbers.js";
import { summaries } from "./summary.js";
import { signal } from "vendor/signals";

const answers = signal(null);

/** Solve all arrangements and show them. */
export async function begin(engine) {
  const { payload } = engine;
  const solved = await engine.solve({ arrangements: payload.arrangements.map(({ name, levels }) => ({ key: name, levels })) });
  if (solved !== null) answers.value = solved;
}

export function App({ engine, check }) {
  const { payload } = engine;
  const metric = payload.metrics.find((each) => each.headline) ?? payload.metrics[0];
  const solved = answers.value;
  const rows = payload.arrangements.map(({ name, title }) => {
    const found = solved && summaries({ [metric.name]: solved.answers[name].metrics[metric.name] }, engine.weightsOf(solved.worlds));
    return html`<tr><th scope="row">${title}</th><td>${found ? withError(found[metric.name]) : "…"}</td></tr>`;
  });
  return html`<main class="bs-note"><h1>${payload.study.title}</h1><p>${payload.study.question}</p>
    <table><caption>${metric.title}</caption><tbody>${rows}</tbody></table><p role="status">${check}</p></main>`;
}
