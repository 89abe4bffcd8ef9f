/**
 * The engine of the page: the program of the study on the drawn worlds. What is asked for last wins; an answer that was
 * overtaken is null.
 */
import { MAIN, Pool } from "./host.js";
import { selection } from "./instance.js";
import { REPLICATIONS } from "./statistics.js";

/** Why a page cannot be made alive, in a sentence for its reader. */
export class CannotRun extends Error {}

// A module of one function with a vector instruction: (func (v128.const ...) drop).
const WITH_VECTORS = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26, 11,
]);
const GROUPS = ["metrics", "values", "curves", "costs", "outcomes", "slips", "shares"];
const MOST_WORKERS = 4;

/** Bytes from base64. */
function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Doubles from base64, little-endian, whatever the machine's own order. */
export function doublesOf(text) {
  const bytes = bytesOf(text);
  const view = new DataView(bytes.buffer);
  const found = new Float64Array(bytes.length / 8);
  for (let i = 0; i < found.length; i++) found[i] = view.getFloat64(8 * i, true);
  return found;
}

async function unpacked(program) {
  const bytes = bytesOf(program.wasm);
  if (program.compressed !== "gzip") return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** How many workers to use where nothing else is said: one for each processor, and no more than four. */
export function usualWorkers() {
  return Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 1));
}

/** The engine for the data of a page. Throws CannotRun where this browser, or this data, cannot do it. */
export async function engineOf(payload, workers = usualWorkers()) {
  if (typeof WebAssembly !== "object") throw new CannotRun("This browser does not run WebAssembly.");
  if (!WebAssembly.validate(WITH_VECTORS)) {
    throw new CannotRun("This browser runs WebAssembly without 128-bit vectors (SIMD), which the program of the study needs.");
  }
  if (typeof Worker !== "function" || typeof DecompressionStream !== "function") {
    throw new CannotRun("This browser is too old to solve the study.");
  }
  const { description } = payload.program;
  let module;
  let draws;
  try {
    module = await WebAssembly.compile(await unpacked(payload.program));
    const rows = doublesOf(payload.draws.rows);
    const { worlds, parameters: names, certain } = payload.draws;
    draws = { names, rows, worlds, certain };
    if (rows.length !== names.length * worlds) throw new Error("worlds are missing");
    if (!names.every((name) => name in description.inputs.parameters)) throw new Error("a row is of no parameter");
    if (![description.call.worlds, description.call.row_bytes, description.switches.offset].every(Number.isInteger)) {
      throw new Error("the layout is missing");
    }
  } catch {
    throw new CannotRun("The data of this page is damaged.");
  }
  let pool;
  try {
    pool = await Pool.open(module, description, draws, workers);
  } catch (error) {
    throw new CannotRun(`The program of the study could not be started (${error.message}).`);
  }
  return new Engine(payload, module, pool, draws);
}

export class Engine {
  constructor(payload, module, pool, draws) {
    this.payload = payload;
    this.module = module;
    this.description = payload.program.description;
    this.pool = pool;
    this.draws = draws;
    this.worlds = draws.worlds;
    this.weights = payload.draws.weights === null ? null : doublesOf(payload.draws.weights);
    this.turns = new Map();
    this.other = null;
    this.selections = new Map();
  }

  /** The weights of the first `worlds` worlds; null where all count alike. */
  weightsOf(worlds) {
    return this.weights === null ? null : this.weights.subarray(0, worlds);
  }

  /**
   * Worlds solved under arrangements.
   *
   * `arrangements`: [{key, levels}], the level promised of every measure; `set`: parameters that have one value in all
   * worlds; `worlds`: the first so many; `wanted`: which groups of figures; `metrics`: only these (null: all). An
   * arrangement may have `wanted` and `metrics` of its own. What is looked for beside what the reader waits for takes a
   * `lane` of its own: it then gives way, and neither overtakes nor is overtaken.
   * Resolves to null where another request of the same lane has come meanwhile, else to {answers, worlds, ms}: by key, `metrics`,
   * `values`, `costs` and `outcomes` by name, one number for every world; `curves` by metric, one row for every
   * period; `slips` by metric and actor; `shares`, one row for every period and phase; `settled` and `flagged`.
   */
  async solve({ arrangements, set = {}, worlds = this.worlds, wanted = ["metrics"], metrics = null, lane = MAIN }) {
    const turn = (this.turns.get(lane) ?? 0) + 1;
    this.turns.set(lane, turn);
    const count = Math.max(1, Math.min(worlds, this.worlds));
    const asked = new Map(
      arrangements.map((each) => {
        const choice = this.selection(each.wanted ?? wanted, each.metrics ?? metrics);
        return [each.key, { ...choice, room: choice.places.map(({ rows }) => new Float64Array(rows * count)) }];
      }),
    );
    const began = performance.now();
    const whole = await this.pool.solve({
      worlds: count,
      set,
      arrangements: arrangements.map(({ key, levels }) => {
        const { switches, places, pace } = asked.get(key);
        return { key, levels, switches, places, pace };
      }),
      capacity: this.description.call.worlds,
      lane,
      stopped: () => turn !== this.turns.get(lane),
      take(key, first, here, numbers) {
        const { room, places } = asked.get(key);
        let from = 0;
        for (let at = 0; at < places.length; at++) {
          for (let row = 0; row < places[at].rows; row++) {
            room[at].set(numbers.subarray(from, from + here), row * count + first);
            from += here;
          }
        }
      },
    });
    if (!whole) return null;
    const answers = {};
    for (const [key, { figures, places, room }] of asked) {
      const at = new Map(places.map(({ offset }, index) => [offset, index]));
      answers[key] = answer(figures, count, (offset) => room[at.get(offset)]);
    }
    return { answers, worlds: count, ms: performance.now() - began };
  }

  /** What of the program is wanted, kept for the next request. */
  selection(wanted, metrics) {
    const groups = GROUPS.filter((group) => wanted.includes(group));
    const pace = JSON.stringify([groups, metrics]);
    if (!this.selections.has(pace)) {
      this.selections.set(pace, { ...selection(this.description, { groups, metrics }), pace });
    }
    return this.selections.get(pace);
  }

  /** The value of a parameter in a world, with what is set. */
  parameter(set) {
    const { names, rows, worlds, certain } = this.draws;
    const places = new Map(names.map((name, at) => [name, at * worlds]));
    return (name, world) => set[name] ?? (places.has(name) ? rows[places.get(name) + world] : certain[name]);
  }

  /**
   * How many worlds, a multiple of the sixteen replications, can be solved in about `ms` under so many arrangements:
   * all of them where the study is quick, and no fewer than sixteen.
   */
  affordable(ms, arrangements, wanted = ["metrics"]) {
    const pace = this.paceOf(wanted);
    if (pace === null) return Math.min(this.worlds, 64);
    const count = (ms * this.pool.workers.length) / (pace * Math.max(1, arrangements));
    return count >= this.worlds ? this.worlds : Math.min(this.worlds, Math.max(REPLICATIONS, Math.floor(count / 16) * 16));
  }

  /** Under how many arrangements all worlds can be solved in about `ms`; one at least. */
  affordableArrangements(ms, wanted = ["metrics"]) {
    const pace = this.paceOf(wanted);
    if (pace === null) return 1;
    return Math.max(1, Math.floor((ms * this.pool.workers.length) / (pace * this.worlds)));
  }

  /** Milliseconds for a world under one arrangement; where these figures were never asked for, as others took. */
  paceOf(wanted) {
    const { pace } = this.pool;
    return pace.get(this.selection(wanted, null).pace) ?? (pace.size > 0 ? Math.max(...pace.values()) : null);
  }

  /** The same with a pool of its own, of so many workers. */
  async again(workers) {
    const pool = await Pool.open(this.module, this.description, this.draws, workers);
    return new Engine(this.payload, this.module, pool, this.draws);
  }

  /** Whether the program can lay worlds open. */
  get opens() {
    return this.description.opening !== undefined;
  }

  /**
   * A world laid open: `levels` promised, `set` for parameters, `world` a number or "central", `periods` to be opened, and
   * `believed` of the second type as each phase begins (null: what is on average). Gives what `Solver.open` gives.
   */
  async trace({ levels, set = {}, world = "central", periods = [0], believed = null }) {
    const one = { world, set, levels };
    const [found] = await this.pool.open({ pairs: [[one, one]], periods, believed });
    return found;
  }

  /** An engine for long searches, so that sliders do not wait for them; it is started once. */
  beside() {
    this.other ??= this.again(this.pool.workers.length);
    return this.other;
  }

  close() {
    this.pool.close();
    this.other?.then((other) => other.close());
  }
}

/** The figures of one arrangement by group and name, out of the arrays of its places. */
function answer(figures, count, arrayAt) {
  const found = { metrics: {}, values: {}, curves: {}, costs: {}, outcomes: {}, slips: {}, shares: null };
  const curves = new Map();
  const rowsOf = (array, rows) => Array.from({ length: rows }, (_, row) => array.subarray(row * count, (row + 1) * count));
  for (const { group, name, offset, rows } of figures) {
    const array = arrayAt(offset);
    if (group === "settled" || group === "flagged") {
      found[group] = array;
    } else if (group === "curves") {
      if (!curves.has(offset)) curves.set(offset, rowsOf(array, rows));
      found.curves[name] = curves.get(offset);
    } else if (group === "shares") {
      found.shares = rowsOf(array, rows);
    } else if (group === "slips") {
      const [metric, actor] = name.split(".");
      (found.slips[metric] ??= {})[actor] = array;
    } else {
      found[group][name] = array;
    }
  }
  return found;
}
