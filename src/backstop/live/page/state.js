/**
 * The state of the page as signals, what may be done with it, and what is solved whenever it changes.
 *
 * One plain value, `document`, holds all that undo goes back to; `view` holds where the reader looks. Both together are
 * the address. Parameters that are moved are interventions in every arrangement; measures make the reader's own one.
 */

import { signal, computed, effect, batch } from "vendor/signals";
import { createHistory } from "./history.js";
import { encode, decode, emptyState, YOURS } from "./link.js";

const MOST_SHOWN = 4;
const DOCUMENT = ["sliders", "own", "shown", "metric", "focus", "slots", "locked"];
const VIEW = ["screen", "filter", "changedOnly", "world", "at", "phase", "period"];

/** What the two places for charts in the workbench may hold. */
export const SLOTS = ["intervals", "survival", "gains", "differences", "spread", "costs"];
const FIRST_SLOTS = ["intervals", "survival"];

/** What each chart and screen needs to have solved. */
const NEEDS = {
  intervals: ["metrics"],
  differences: ["metrics"],
  spread: ["metrics"],
  survival: ["metrics", "curves"],
  gains: ["metrics", "values"],
  costs: ["metrics", "costs"],
};

/** The most worlds that are looked at while a slider is dragged, a multiple of the sixteen replications. */
const PREVIEW = 496;

/** Milliseconds that solving may take while a slider is dragged: fewer worlds are looked at where all take longer. */
const WHILE_DRAGGED = 40;
/** A drag has come to rest when nothing has moved for so long, in milliseconds. */
const REST = 120;

/**
 * The application: its state, what follows from it, and what may be done.
 *
 * @param {{payload: object, engine: object, screens: string[], address?: object}} parts
 */
export function createApp({ payload, engine, screens, address = globalThis.location }) {
  const controls = new Map(payload.controls.map((control) => [control.name, control]));
  const arrangements = payload.arrangements.map((each) => each.name);
  const names = {
    screens,
    controls,
    arrangements,
    metrics: payload.metrics.map((metric) => metric.name),
    slots: SLOTS,
    digest: payload.study.digest ?? "",
    worlds: payload.run.worlds,
    phases: phaseNames(payload.program?.description.opening),
    periods: payload.program?.description.horizon.periods ?? 0,
  };
  const begun = decode(address.hash ?? "", names);
  const problems = signal(begun.problems);
  const present = signal(pick(begun.state, DOCUMENT));
  const view = signal(pick(begun.state, VIEW));
  const history = createHistory(present.peek());
  const steps = signal(history.steps);
  const said = signal("");
  const dragging = signal(false);

  // ------------------------------------------------------------------------------------------- changes
  const change = (part, mark = null) => {
    const next = { ...present.peek(), ...part };
    present.value = next;
    history.record(next, mark);
    steps.value = history.steps;
  };
  const look = (part) => {
    view.value = { ...view.peek(), ...part };
  };
  const travel = (to, word) => {
    if (to === null) return;
    batch(() => {
      present.value = to;
      steps.value = history.steps;
      said.value = word;
    });
  };

  // ------------------------------------------------------------------------------------------- what follows
  const field = (name) => computed(() => present.value[name]);
  const seen = (name) => computed(() => view.value[name]);
  const state = {
    sliders: field("sliders"),
    own: field("own"),
    locked: field("locked"),
    screen: seen("screen"),
    filter: seen("filter"),
    changedOnly: seen("changedOnly"),
    world: seen("world"),
    /** The place within a screen: a document and its passage. */
    at: seen("at"),
    /** The phase and the period that are looked into; null: the likeliest, and the first. */
    phase: seen("phase"),
    period: seen("period"),
    /** The metric that screens lead with. */
    metric: computed(() => present.value.metric ?? payload.headline.metric),
    /** The arrangement that is looked into. */
    focus: computed(() => {
      const { focus, own } = present.value;
      return focus === null || (focus === YOURS && own === null) ? payload.headline.focus : focus;
    }),
    /** At most four arrangements that are compared, the first with the others. */
    shown: computed(() => {
      const { shown, own } = present.value;
      const kept = shown.filter((name) => name !== YOURS || own !== null);
      return kept.length ? kept : firstShown(arrangements, payload.headline.focus, own !== null);
    }),
    /** What the two charts of the workbench are. */
    slots: computed(() => FIRST_SLOTS.map((slot, at) => present.value.slots[at] ?? slot)),
    /** Levels of every arrangement, the reader's own last. */
    levels: computed(() => {
      const found = payload.arrangements.map(({ name, levels }) => ({ key: name, levels }));
      const own = present.value.own;
      if (own !== null) found.push({ key: YOURS, levels: ownLevels(payload, own) });
      return found;
    }),
    /** How many assumptions are set by hand. */
    changed: computed(() => Object.keys(present.value.sliders).length),
  };

  // ------------------------------------------------------------------------------------------- what is solved
  /** The last answer: {answers, worlds, ms, preview, sliders, own}; null until there is one. */
  const answer = signal(null);
  /** The answer of the study as it stands, on all worlds. */
  const base = signal(null);
  const failed = signal("");
  /** What stands in the window of those parts that are solved for only where they are seen, by name. */
  const sight = signal({});
  const needs = computed(() => {
    const screen = view.value.screen;
    const wanted = new Set(["metrics"]);
    const add = (of) => of.forEach((name) => wanted.add(name));
    if (screen === "answer") add(["curves", "values"]);
    if (screen === "compare") add(["curves", "values", "costs"]);
    if (screen === "reproduce") add(["values", "costs"]);
    if (screen === "workbench") state.slots.value.forEach((slot) => add(NEEDS[slot] ?? []));
    if (screen === "workbench" && (sight.value.gains || !dragging.value)) add(NEEDS.gains);
    return [...wanted].sort();
  });

  let resting = 0;
  let moves = 0;
  /** The last answer on all worlds, which holds for every arrangement but the reader's own until an assumption moves. */
  let settled = null;
  const everything = ["costs", "curves", "metrics", "values"];
  const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

  /** The metrics in sight, all that is solved for while a slider is dragged: those of the table, and those of curves. */
  const looked = () => {
    const lead = state.metric.peek();
    const curves = payload.curves.metrics;
    return [...new Set([lead, ...payload.headline.shown, ...(curves.includes(lead) ? [] : curves)])];
  };
  let asks = 0;
  const ask = async (worlds, wanted) => {
    const mine = ++asks;
    const { sliders, own } = present.peek();
    const known = settled !== null && same(settled.sliders, sliders) && wanted.every((each) => settled.wanted.includes(each));
    if (known && own === null) {
      answer.value = { ...settled, own };
      return;
    }
    // Where no assumption has moved, only the reader's own arrangement is new, and it is quick on all worlds.
    const asked = known ? state.levels.peek().filter(({ key }) => key === YOURS) : state.levels.peek();
    const began = performance.now();
    try {
      const found = await engine.solve({ arrangements: asked, set: sliders, worlds: known ? payload.run.worlds : worlds, wanted, metrics: known || worlds === payload.run.worlds ? null : looked() });
      // Overtaken by a newer request; where that was another's, such as the check of the page, ask again.
      if (found === null) return mine === asks ? ask(worlds, wanted) : undefined;
      const whole = {
        ...found,
        answers: known ? { ...settled.answers, ...found.answers } : found.answers,
        wanted,
        sliders,
        own,
        preview: found.worlds < payload.run.worlds,
        ms: performance.now() - began,
      };
      if (!whole.preview && !known) settled = whole;
      batch(() => {
        failed.value = "";
        answer.value = whole;
      });
    } catch (error) {
      failed.value = error instanceof Error ? error.message : String(error);
    }
  };
  /** The study as it stands, with all that a ghost can be drawn from; then whatever the reader asks. */
  const start = async () => {
    const began = performance.now();
    const levels = payload.arrangements.map(({ name, levels: of }) => ({ key: name, levels: of }));
    try {
      let found = null;
      while (found === null) {
        found = await engine.solve({ arrangements: levels, set: {}, worlds: payload.run.worlds, wanted: everything });
      }
      settled = { ...found, wanted: everything, sliders: {}, own: null, preview: false, ms: performance.now() - began };
      base.value = settled;
    } catch (error) {
      failed.value = error instanceof Error ? error.message : String(error);
      return;
    }
    effect(() => {
      const wanted = needs.value;
      // What is solved depends on these two alone; the rest of the document only chooses what is shown.
      state.sliders.value;
      state.own.value;
      clearTimeout(resting);
      moves += 1;
      const worlds = dragging.peek() ? Math.min(PREVIEW, engine.affordable(WHILE_DRAGGED, state.levels.peek().length, wanted)) : payload.run.worlds;
      if (worlds < payload.run.worlds) {
        const mine = moves;
        // Only once its picture is there: on a busy machine it would else be given up for the whole.
        ask(worlds, wanted).then(() => {
          if (mine === moves) resting = setTimeout(() => ask(payload.run.worlds, needs.peek()), REST);
        });
      } else {
        ask(payload.run.worlds, wanted);
      }
    });
  };

  // ------------------------------------------------------------------------------------------- the address
  let written = address.hash ?? "";
  const toAddress = () => encode({ ...present.value, ...view.value }, names.digest);
  const keepAddress = () => {
    let last = view.peek().screen;
    let waiting = 0;
    // Marks the entries of the browser's history that the page made itself.
    const mine = { backstop: true };
    const stop = effect(() => {
      const text = toAddress();
      const screen = view.value.screen;
      dragging.value; // the end of a drag writes what it left
      clearTimeout(waiting);
      const write = () => {
        if (dragging.peek()) return;
        if (text === written) return;
        // A screen is a place to come back to; a slider is not.
        globalThis.history[screen === last ? "replaceState" : "pushState"](mine, "", text);
        written = text;
        last = screen;
      };
      if (screen !== last) write();
      else waiting = setTimeout(write, 100);
    });
    const moved = (event) => {
      if (address.hash === written) return;
      written = address.hash;
      const found = decode(address.hash, names);
      if (event.state?.backstop) {
        // The way back leads to screens; what has been set since stays, and undo goes back through that.
        last = found.state.screen;
        look({ screen: found.state.screen });
        return;
      }
      if (!found.found) {
        if (found.problems.length) problems.value = found.problems;
        return;
      }
      batch(() => {
        problems.value = found.problems;
        const next = pick(found.state, DOCUMENT);
        if (encode({ ...emptyState(), ...next }, "") !== encode({ ...emptyState(), ...present.peek() }, "")) change(next);
        view.value = pick(found.state, VIEW);
        last = view.peek().screen;
      });
    };
    globalThis.addEventListener("popstate", moved);
    globalThis.addEventListener("hashchange", moved);
    globalThis.history.replaceState(mine, "");
    // What is on its way into the address is not lost when the page goes.
    globalThis.addEventListener("pagehide", () => {
      const text = encode({ ...present.peek(), ...view.peek() }, names.digest);
      if (text !== written) globalThis.history.replaceState(mine, "", text);
    });
    return stop;
  };

  // ------------------------------------------------------------------------------------------- what may be done
  const locked = (name) => present.peek().locked.includes(name);
  const act = {
    /** Put a slider to a value; `mark` names the drag it belongs to. */
    set(name, value, mark = null) {
      const control = controls.get(name);
      if (!control || locked(name) || !Number.isFinite(value)) return;
      const kept = Math.min(control.maximum, Math.max(control.minimum, value));
      if (control.kind === "parameter") {
        if (present.peek().sliders[name] !== kept) change({ sliders: { ...present.peek().sliders, [name]: kept } }, mark);
        return;
      }
      const own = present.peek().own ?? { from: state.focus.peek(), levels: {} };
      const from = levelsOf(payload, own.from);
      const levels = { ...own.levels, [name]: kept };
      if (kept === from[name]) delete levels[name];
      const next = { own: { ...own, levels } };
      if (present.peek().own === null) {
        next.focus = YOURS;
        said.value = `Yours was begun as a copy of ${titleOf(payload, own.from)}.`;
        if (present.peek().shown.length && present.peek().shown.length < MOST_SHOWN) {
          next.shown = [...present.peek().shown, YOURS];
        }
      }
      change(next, mark);
    },
    /** Back to what the study has: uncertain again for an assumption, the level of the copy for a measure. */
    reset(name) {
      if (locked(name)) return;
      const { sliders, own } = present.peek();
      if (name in sliders) {
        const { [name]: _, ...rest } = sliders;
        change({ sliders: rest });
      } else if (own && name in own.levels) {
        const { [name]: _, ...rest } = own.levels;
        change({ own: { ...own, levels: rest } });
      }
    },
    /** All sliders that are not locked. */
    resetAll() {
      const { sliders, own } = present.peek();
      const kept = (of) => Object.fromEntries(Object.entries(of).filter(([name]) => locked(name)));
      const levels = own ? kept(own.levels) : {};
      change({ sliders: kept(sliders), own: own && Object.keys(levels).length ? { ...own, levels } : null });
      said.value = "All sliders that are not locked are back to what the study has.";
    },
    lock(name) {
      const all = present.peek().locked;
      change({ locked: all.includes(name) ? all.filter((each) => each !== name) : [...all, name] });
    },
    /** Begin the reader's own arrangement as a copy of one of the study; null: give it up. */
    begin(from) {
      if (from === null) change({ own: null, shown: present.peek().shown.filter((name) => name !== YOURS) });
      else change({ own: { from, levels: {} }, focus: YOURS });
    },
    /** What a camp of experts holds, at the middle of what it allows; again: what the study has. */
    camp(name) {
      const camp = payload.camps.find((each) => each.name === name);
      const before = present.peek().sliders;
      const sliders = { ...before };
      const held = Object.entries(camp.set).every(([each, value]) => before[each] === value);
      for (const [each, value] of Object.entries(camp.set)) {
        if (locked(each)) continue;
        if (held) delete sliders[each];
        else sliders[each] = value;
      }
      change({ sliders });
    },
    show(name) {
      const shown = state.shown.peek();
      if (!shown.includes(name)) {
        if (shown.length >= MOST_SHOWN) {
          said.value = "Four arrangements are compared at most; take one away first.";
          return;
        }
        if (name === YOURS && present.peek().own === null) {
          change({ own: { from: state.focus.peek(), levels: {} }, shown: [...shown, name] });
          return;
        }
        change({ shown: [...shown, name] });
      } else if (shown.length > 1) change({ shown: shown.filter((each) => each !== name) });
    },
    metric(name) {
      change({ metric: name === payload.headline.metric ? null : name });
    },
    focus(name) {
      change({ focus: name === payload.headline.focus ? null : name });
    },
    slot(at, name) {
      const slots = [...state.slots.peek()];
      slots[at] = name;
      change({ slots });
    },
    drag(on) {
      if (dragging.peek() === on) return;
      const before = asks;
      dragging.value = on;
      if (!on) {
        history.rest();
        clearTimeout(resting);
        moves += 1;
        // Where what is wanted at rest is more than while dragging, it has been asked for by now.
        if (asks === before && (answer.peek()?.preview || stale())) ask(payload.run.worlds, needs.peek());
      }
    },
    undo: () => travel(history.undo(), "Taken back."),
    redo: () => travel(history.redo(), "Done again."),
    go: (screen) => look({ screen }),
    look,
    say(text) {
      said.value = text;
    },
    dismiss() {
      problems.value = [];
    },
  };
  const stale = () => {
    const last = answer.peek();
    return last !== null && (last.sliders !== present.peek().sliders || last.own !== present.peek().own);
  };

  return {
    payload,
    engine,
    names,
    controls,
    state,
    answer,
    base,
    failed,
    sight,
    problems,
    said,
    steps,
    dragging,
    /** What is open above the page: {kind: "evidence", control} or {kind: "keys"}; null: nothing. */
    dialog: signal(null),
    /** What the page found when it compared itself with Python, in a sentence. */
    check: signal(""),
    /** Verdicts of claims as things are set, by name; null while they are not known. */
    judged: signal(null),
    present,
    act,
    start,
    keepAddress,
    address: toAddress,
  };
}

/** The phases that can be looked into; where everybody knows an actor's type, with either. */
const phaseNames = (opening) =>
  (opening?.phases ?? []).flatMap(({ name }) => (opening.types?.known ? opening.types.names.map((type) => `${name};${type}`) : [name]));

const pick = (of, names) => Object.fromEntries(names.map((name) => [name, of[name]]));

/** The arrangement that others are compared with, the one looked into, and the reader's own. */
function firstShown(arrangements, focus, own) {
  const found = [...new Set([arrangements[0], focus])];
  const more = arrangements.filter((name) => !found.includes(name));
  while (found.length < Math.min(2, arrangements.length) && more.length) found.push(more.shift());
  return own ? [...found, YOURS] : found;
}

/** The levels of an arrangement of the study. */
export const levelsOf = (payload, name) => payload.arrangements.find((each) => each.name === name)?.levels ?? {};

/** The levels of the reader's own arrangement. */
export const ownLevels = (payload, own) => ({ ...levelsOf(payload, own.from), ...own.levels });

/** What an arrangement is called. */
export function titleOf(payload, name, short = false) {
  if (name === YOURS) return "Yours";
  const found = payload.arrangements.find((each) => each.name === name);
  return found ? (short ? found.short : found.title) : name;
}
