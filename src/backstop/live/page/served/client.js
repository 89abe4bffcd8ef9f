/**
 * Asking the server of a served page: JSON both ways, words for what goes wrong, and a watch over whether it is there.
 *
 * `ask(method, path, body)` gives the parsed answer, or throws `Faulty` with the faults that the server names. `news` is
 * the state of the server as it was last heard; `reach` says whether it can be reached: "here", "away" (no answer at
 * all), "stranger" (it does not know this browser: it was started anew), or "gone" (it has ended itself).
 */

import { signal } from "vendor/signals";

/** Milliseconds between attempts to find a server again, at first and at most. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 4000;

export const reach = signal("here");
export const news = signal(null);

/** What the server could not do: `faults` as {what, hint, file, line, column, path}, `status`, and the whole answer. */
export class Faulty extends Error {
  constructor(status, answer) {
    const faults = Array.isArray(answer?.faults) && answer.faults.length ? answer.faults : [{ what: `the server answered ${status}`, hint: "try again" }];
    super(faults.map(sentence).join(" "));
    this.status = status;
    this.faults = faults;
    this.answer = answer ?? {};
  }
}

const capital = (text) => (text ? text[0].toUpperCase() + text.slice(1) : "");
const stopped = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A fault as sentences: what is wrong, and what to do. */
export function sentence({ what, hint }) {
  return [what, hint].filter(Boolean).map((text) => stopped(capital(text))).join(" ");
}

/** What is wrong, as text, whatever was thrown. */
export const wordsOf = (error) => (error instanceof Faulty ? error.message : stopped(capital(String(error?.message ?? error))));

/** Ask the server. `body`: a plain value, sent as JSON, or a Blob, sent as it is; `headers`: more of them. */
export async function ask(method, path, body, { signal: stop, headers = {} } = {}) {
  const options = { method, credentials: "same-origin", cache: "no-store", signal: stop };
  if (body instanceof Blob) {
    options.body = body;
    options.headers = { "content-type": body.type || "application/octet-stream" };
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "content-type": "application/json" };
  }
  options.headers = { ...options.headers, ...headers };
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error?.name === "AbortError") throw error;
    lost("away");
    throw new Faulty(0, { faults: [{ what: "the server cannot be reached", hint: "what you have written is kept here; it is looked for, and you can try again" }] });
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    answer = null;
  }
  if (!response.ok) {
    if (response.status === 403) lost("stranger");
    throw new Faulty(response.status, answer);
  }
  return answer;
}

let watching = false;
let wake = null;

function lost(how) {
  if (!watching) return;
  reach.value = how;
}

/** Look for the server now, and not when the next attempt is due. */
export function lookNow() {
  wake?.();
}

/** Follow the news of the server for as long as the page is open. */
export async function follow() {
  if (watching) return;
  watching = true;
  let wait = FIRST_WAIT;
  for (;;) {
    const known = reach.value === "here" && news.value !== null ? news.value.news : -1;
    try {
      const state = await ask("GET", `/api/news?after=${known}`);
      if (state.ended) {
        reach.value = "gone";
      } else {
        if (reach.value !== "here") reach.value = "here";
        news.value = state;
        wait = FIRST_WAIT;
        continue;
      }
    } catch (error) {
      // `ask` has noted whether the server is away or does not know this browser.
      if (reach.value === "here") reach.value = error instanceof Faulty && error.status === 403 ? "stranger" : "away";
    }
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, wait);
    });
    wake = null;
    wait = Math.min(LONGEST_WAIT, wait * 1.5);
  }
}
