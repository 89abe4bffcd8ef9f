/**
 * What is seen of the page: the list of screens, the head with its tools, notices, and the one line at the foot.
 *
 * A screen is {name, title, key, served, wide, render: (app) => html}; those with `served` need the local server.
 */

import { html } from "vendor/htm";
import { effect, signal } from "vendor/signals";
import { createApp, titleOf } from "./state.js";
import { figure } from "./figures.js";
import { figureText, movedText } from "./pictures.js";
import { keepFocus, listen } from "./keys.js";
import { emptyState, encode } from "./link.js";
import { keepJudged } from "./judging.js";
import { headline, leadMetric } from "./sentences.js";
import { citation } from "./reproduce.js";
import { Intervention } from "./parts/pickers.js";
import { toClipboard } from "./parts/take.js";
import { Icon } from "./parts/control.js";
import { Dialog, Evidence, KeySheet } from "./parts/dialogs.js";
import { capital, whole } from "./words.js";
import { follow } from "./served/client.js";
import { NewAddress, ServedNotices } from "./served/notices.js";
import { screen as analyses } from "./served/analyses.js";
import { screen as edit } from "./served/edit.js";
import { screen as answer } from "./screens/answer.js";
import { screen as workbench } from "./screens/workbench.js";
import { screen as compare } from "./screens/compare.js";
import { screen as why } from "./screens/why.js";
import { screen as flips } from "./screens/flips.js";
import { screen as inputs } from "./screens/inputs.js";
import { screen as claims } from "./screens/claims.js";
import { screen as reproduce } from "./screens/reproduce.js";
import { screen as report } from "./screens/report.js";
import { screen as help } from "./screens/help.js";
import { screen as documents } from "./served/documents.js";
import { screen as accounts } from "./served/accounts.js";

const SCREENS = [answer, workbench, compare, why, flips, inputs, claims, analyses, edit, documents, accounts, reproduce, report, help];

/** The names of the screens that are there in a file. */
export function screenNames() {
  return SCREENS.filter((screen) => !screen.served).map((screen) => screen.name);
}

/** Milliseconds after which a new answer is read out: what is overtaken sooner is not said. */
const QUIET = 700;

let made = null;

/** The application of an engine, made once. */
function appOf(engine) {
  if (made !== null) return made;
  const { payload } = engine;
  const screens = SCREENS.filter((screen) => (payload.served ? !screen.filed : !screen.served));
  const app = createApp({ payload, engine, screens: screens.map((screen) => screen.name) });
  app.screens = screens;
  app.singleKeys = signal(remembered("keys") !== "off");
  app.setSingleKeys = (on) => {
    app.singleKeys.value = on;
    remember("keys", on ? "on" : "off");
  };
  app.theme = signal(remembered("theme"));
  app.turnTheme = () => {
    app.theme.value = isDark(app) ? "light" : "dark";
    remember("theme", app.theme.value);
  };
  app.commands = commandsOf(app);
  listen(document, [...screens.map((screen) => ({ keys: [screen.key], run: () => open(app, screen.name) })), ...app.commands], () => app.singleKeys.value);
  keepFocus(document.body);
  effect(() => {
    const root = document.documentElement;
    if (app.theme.value) root.dataset.theme = app.theme.value;
    else delete root.dataset.theme;
  });
  effect(() => {
    const shown = app.state.screen.value;
    const title = screens.find((screen) => screen.name === shown)?.title ?? "";
    document.title = `${title} – ${payload.study.title}`;
    document.documentElement.classList.toggle("printed-wanted", shown === "report");
  });
  readOut(app);
  keepJudged(app);
  app.keepAddress();
  if (payload.served) follow();
  made = app;
  return app;
}

/** A reader's own choice, kept by the browser where it keeps any. */
function remembered(name) {
  try {
    return globalThis.localStorage.getItem(`backstop-${name}`);
  } catch {
    return null;
  }
}

function remember(name, value) {
  try {
    globalThis.localStorage.setItem(`backstop-${name}`, value);
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}

const isDark = (app) => (app.theme.value ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

/** Go to a screen and put the focus on its heading, so that its reader begins there. */
function open(app, name) {
  app.act.go(name);
  requestAnimationFrame(() => document.getElementById("screen-title")?.focus({ preventScroll: false }));
}

function commandsOf(app) {
  return [
    { keys: ["u", "Ctrl+z"], label: "Undo", run: app.act.undo },
    { keys: ["U", "Ctrl+Shift+z", "Ctrl+y"], label: "Redo", run: app.act.redo },
    {
      keys: ["/"],
      label: "Search",
      run() {
        if (!["workbench", "inputs", "documents"].includes(app.state.screen.value)) app.act.go("workbench");
        requestAnimationFrame(() => document.getElementById("search")?.focus());
      },
    },
    { keys: ["x"], label: "Show changed sliders only, or all", run: () => app.act.look({ changedOnly: !app.state.changedOnly.value }) },
    { keys: ["Backspace", "Delete"], label: "Reset the slider that has the focus", where: "slider", run: app.act.reset },
    { keys: ["k"], label: "Lock or unlock the slider that has the focus", where: "slider", run: app.act.lock },
    { keys: ["e"], label: "What the slider that has the focus rests on", where: "slider", run: (control) => (app.dialog.value = { kind: "evidence", control }) },
    { keys: ["0"], label: "Reset all sliders that are not locked", run: app.act.resetAll },
    { keys: ["s"], label: "Copy a link to what is shown", run: () => share(app) },
    { keys: ["d"], label: "Dark or light", run: app.turnTheme },
    { keys: ["?"], label: "This sheet", run: () => (app.dialog.value = app.dialog.value === null ? { kind: "keys" } : null) },
  ];
}

async function share(app) {
  const link = `${globalThis.location.href.split("#")[0]}${app.address()}`;
  if (await toClipboard(link)) app.act.say("A link to what is shown was copied.");
  else {
    app.act.say("The browser does not let the page copy: the link is on the screen Reproduce.");
    app.act.go("reproduce");
  }
}

/** Say a settled answer once, when nothing has moved for a while. */
function readOut(app) {
  let waiting = 0;
  let last = "";
  effect(() => {
    const found = app.answer.value;
    app.state.focus.value;
    app.state.metric.value;
    clearTimeout(waiting);
    if (found === null || found.preview) return;
    waiting = setTimeout(() => {
      const text = headline(app, found);
      if (last && text !== last) app.act.say(text);
      last = text;
    }, QUIET);
  });
}

/** Solve what is shown first. Resolves when there is an answer. */
export async function begin(engine) {
  await appOf(engine).start();
}

function Head({ app }) {
  const { payload, state, act, steps } = app;
  const shown = state.screen.value;
  const { back, forward } = steps.value;
  const dark = isDark(app);
  return html`<${shown === "report" ? "section" : "header"} class="head" aria-label="Head of the page">
    <p class="study">${payload.study.title}</p>
    <nav aria-label="Screens"><ul>${app.screens.map((screen) => html`<li key=${screen.name}>
      <a href=${`#v=1&screen=${screen.name}`} aria-current=${screen.name === shown ? "page" : undefined} onClick=${(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        act.go(screen.name);
      }}>${screen.title}</a></li>`)}</ul></nav>
    <div class="tools" role="group" aria-label="Tools">
      <button type="button" class="icon" disabled=${back === 0} aria-label="Undo" title="Undo (U)" onClick=${act.undo}><${Icon} name="undo" /></button>
      <button type="button" class="icon" disabled=${forward === 0} aria-label="Redo" title="Redo (Shift+U)" onClick=${act.redo}><${Icon} name="redo" /></button>
      <button type="button" class="icon" aria-label="Copy a link to what is shown" title="Copy a link (S)" onClick=${() => share(app)}><${Icon} name="link" /></button>
      <button type="button" class="icon" aria-label=${dark ? "Light colours" : "Dark colours"} title="Dark or light (D)" onClick=${app.turnTheme}><${Icon} name=${dark ? "light" : "dark"} /></button>
      <button type="button" class="icon" aria-label="Keys" title="Keys (?)" onClick=${() => (app.dialog.value = { kind: "keys" })}><${Icon} name="keys" /></button>
    </div>
  <//>`;
}

function Notices({ app }) {
  const problems = app.problems.value;
  const failed = app.failed.value;
  return html`<div class="notices">
    ${problems.length > 0 && html`<div class="notice warn" role="alert"><p>Not all of the link could be taken.</p><ul>${problems.map((text) => html`<li key=${text}>${text}</li>`)}</ul><button type="button" class="plain" onClick=${app.act.dismiss}>Close</button></div>`}
    ${failed && html`<div class="notice warn" role="alert"><p>This cannot be solved: ${failed} The last answer is still shown.</p></div>`}
    <${ServedNotices} app=${app} />
    ${app.state.screen.value !== "workbench" && html`<${Intervention} app=${app} />`}
  </div>`;
}

/** The figure looked into, in a line that stays in sight while a slider is moved on a phone. */
function glance(app, answer) {
  const metric = leadMetric(app);
  const key = app.state.focus.value;
  const by = movedText(app, answer, app.base.value, key, metric);
  return `${titleOf(app.payload, key, true)}: ${figureText(metric, figure(app, answer, key, "metrics", metric.name))}${by ? `, moved by ${by}` : ""}`;
}

function Foot({ app }) {
  const answer = app.answer.value;
  const { run, study, backstop } = app.payload;
  const parts = [];
  if (answer !== null) parts.push(answer.preview ? `${whole(answer.worlds)} of ${whole(run.worlds)} worlds while you drag` : `${whole(answer.worlds)} worlds`, `${Math.max(1, Math.round(answer.ms))} ms`);
  parts.push(`seed ${run.seed}`, `study ${study.digest.slice(0, 8)}`, `Backstop ${backstop}`);
  if (run.out_of) parts.push(`taken by their weights out of ${whole(run.out_of)}`);
  else if (run.weighted) parts.push(`by their weights worth ${Math.round(run.effective)} worlds`);
  const focus = answer !== null && app.state.screen.value === "workbench" ? glance(app, answer) : "";
  return html`<footer class=${`foot ${focus ? "at-bench" : ""}`} data-answers=${answer === null ? "" : encode({ ...emptyState(), sliders: answer.sliders, own: answer.own }, "")} data-worlds=${answer?.worlds ?? 0}>${focus && html`<p class="glance">${focus}</p>`}<p class="status" title=${citation(app)}>${parts.slice(0, 2).join(" · ")}<span class="more"> · ${parts.slice(2).join(" · ")}</span></p><p class="quiet check-line">${app.check.value}</p><${NewAddress} app=${app} /></footer>`;
}

function Above({ app }) {
  const dialog = app.dialog.value;
  if (dialog === null) return null;
  if (dialog.kind === "keys") return html`<${Dialog} app=${app} title="Keys" key="keys"><${KeySheet} app=${app} commands=${app.commands} screens=${app.screens} /><//>`;
  if (dialog.kind === "term") {
    const entry = app.payload.glossary.find((each) => each.term === dialog.term);
    return html`<${Dialog} app=${app} title=${capital(dialog.term)} key=${dialog.term}><p>${entry.meaning}</p><//>`;
  }
  const control = app.controls.get(dialog.control);
  return control ? html`<${Dialog} app=${app} title=${control.title} key=${control.name}><${Evidence} app=${app} control=${control} /><//>` : null;
}

function Screen({ app }) {
  const shown = app.screens.find((screen) => screen.name === app.state.screen.value) ?? app.screens[0];
  // The printed report has landmarks of its own.
  const tag = shown.name === "report" ? "section" : "main";
  return html`<${tag} id="main" aria-labelledby="screen-title" class=${`screen ${shown.wide ? "wide-screen" : ""}`} key=${shown.name}>${shown.render(app)}<//>`;
}

const Said = ({ app }) => html`<p class="away" role="status" aria-live="polite">${app.said.value}</p>`;

export function App({ engine, check }) {
  const app = appOf(engine);
  app.check.value = check;
  return html`<div class="bs">
    <a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      document.getElementById("screen-title")?.focus();
    }}>To the screen</a>
    <${Head} app=${app} /><${Notices} app=${app} /><${Screen} app=${app} /><${Foot} app=${app} /><${Said} app=${app} /><${Above} app=${app} />
  </div>`;
}
