/** The page begins: it reads its data, starts the engine and shows the application, or says why it stays as printed. */
import { h, render } from "vendor/preact";
import { App, begin, screenNames } from "./app.js";
import { checked, roundedIn } from "./check.js";
import { search } from "./flips.js";
import { claimRequests, judgeClaims } from "./claims.js";
import { ask, Faulty } from "./served/client.js";
import { CannotRun, engineOf } from "./engine.js";
import { exact, number, supported, withError } from "./numbers.js";
import { cellEnds, ends } from "./words.js";
import { curveSummary, differences, faultyWorlds, summaries } from "./summary.js";

const FORMAT = "backstop-live/1";
const PARTS = ["study", "run", "program", "draws", "arrangements", "actors", "controls", "metrics", "claims", "baseline"];


/** One sentence above the printed report, which is then what is seen. */
function stayPrinted(why) {
  const note = document.createElement("p");
  note.className = "bs-note";
  note.setAttribute("role", "status");
  note.textContent = `${why} This is the report as it was printed; its figures do not move.`;
  document.getElementById("backstop")?.replaceChildren(note);
}

/** The data of the page: in the file, or from the server. */
async function payloadOf() {
  const element = document.getElementById("backstop-live");
  let payload;
  try {
    payload = element === null ? await ask("GET", "/api/payload") : JSON.parse(element.textContent);
  } catch (error) {
    if (error instanceof Faulty) throw new CannotRun(`The study could not be solved. ${error.message}`);
    throw new CannotRun("The data of this page is damaged.");
  }
  if (payload?.format === FORMAT && PARTS.some((part) => typeof payload[part] !== "object" || payload[part] === null)) {
    throw new CannotRun("The data of this page is damaged.");
  }
  if (payload?.format !== FORMAT) throw new CannotRun("The data of this page is of another format than its script.");
  return payload;
}

async function main() {
  const root = document.getElementById("backstop");
  try {
    const engine = await engineOf(await payloadOf());
    // For those who ask the page from a program or the console.
    window.backstop = Object.freeze({
      engine, summaries, differences, curveSummary, faultyWorlds, claimRequests, judgeClaims, search,
      numbers: Object.freeze({ number, supported, exact, withError, ends, cellEnds }),
      screens: () => screenNames(),
    });
    document.documentElement.classList.add("alive");
    const show = (check) => render(h(App, { engine, check }), root);
    show("");
    await begin(engine);
    root.dataset.firstAnswer = String(performance.now());
    const found = await checked(engine);
    if (found === null) return;
    root.dataset.compared = String(found.compared);
    root.dataset.differing = String(found.differing.length);
    show(
      found.differing.length === 0
        ? `All ${found.compared} figures compared are those of Python, to the last bit${roundedIn(engine.payload).size ? " (those on a condition to twelve digits: this page leaves slips out, and adds them up in another order)" : ""}.`
        : `${found.differing.length} of ${found.compared} figures differ from those of Python (${found.differing[0]}).`,
    );
  } catch (error) {
    if (!(error instanceof CannotRun)) console.error(error);
    document.documentElement.classList.remove("alive");
    stayPrinted(error instanceof CannotRun ? error.message : "The page could not be started.");
  }
}

main();
