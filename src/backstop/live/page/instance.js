/**
 * A program of a study with a memory of its own: solves blocks of worlds. It needs nothing of a page, so that a worker
 * can run it. Where numbers lie is said in `program.json` (docs/reference/program.md).
 */

/** The rows of output wanted, as `{id, offset, rows}`, and the switches they need. */
export function selection(description, wanted) {
  const outputs = description.outputs;
  const figures = [];
  const add = (group, name, figure) => figures.push({ group, name, ...figure });
  add("settled", "", outputs.settled);
  add("flagged", "", outputs.flagged);
  const names = wanted.metrics ?? Object.keys(outputs.metrics);
  for (const group of wanted.groups) {
    if (group === "slips") {
      for (const name of names) {
        for (const [actor, figure] of Object.entries(outputs.slips?.[name] ?? {})) add("slips", `${name}.${actor}`, figure);
      }
    } else if (group === "shares") {
      add("shares", "", outputs.shares);
    } else {
      const chosen = group === "metrics" || group === "curves" ? names : Object.keys(outputs[group]);
      for (const name of chosen) if (outputs[group][name] !== undefined) add(group, name, outputs[group][name]);
    }
  }
  const on = new Set(figures.flatMap((figure) => figure.switches));
  // What lies in one place is copied once.
  const places = new Map(figures.map(({ offset, rows }) => [offset, { offset, rows }]));
  const switches = Array.from({ length: description.switches.count }, (_, i) => (on.has(i) ? 1 : 0));
  return { figures, places: [...places.values()], switches };
}

/** A program made ready to run. */
export class Solver {
  constructor(instance, description, draws) {
    this.description = description;
    this.draws = draws;
    this.solve_ = instance.exports.solve;
    this.open_ = instance.exports.open ?? null;
    this.bytes = new Uint8Array(instance.exports.memory.buffer);
    this.numbers = new Float64Array(instance.exports.memory.buffer);
    this.capacity = description.call.worlds;
    this.filled = null;
  }

  /** Put the parameters of worlds `first` .. `first + count - 1` into their rows; `set`: values instead of draws. */
  fill(first, count, set) {
    const padded = count + (count % 2);
    const { names, rows, worlds, certain } = this.draws;
    const place = (name) => this.description.inputs.parameters[name].offset / 8;
    const key = JSON.stringify([first, count, set]);
    if (key === this.filled) return;
    names.forEach((name, at) => {
      const from = place(name);
      if (name in set) {
        this.numbers.fill(set[name], from, from + padded);
      } else {
        this.numbers.set(rows.subarray(at * worlds + first, at * worlds + first + count), from);
        if (padded > count) this.numbers[from + count] = this.numbers[from + count - 1];
      }
    });
    for (const [name, value] of Object.entries(certain)) {
      const from = place(name);
      this.numbers.fill(name in set ? set[name] : value, from, from + padded);
    }
    this.filled = key;
  }

  /**
   * Solve worlds under levels. Gives the rows of all `places`, one after the other, `count` numbers each; in the
   * buffer `spare`, where that is large enough.
   * @returns {Float64Array}
   */
  solve({ first, count, set, levels, switches, places }, spare = null) {
    this.fill(first, count, set);
    const padded = count + (count % 2);
    for (const [name, { offset }] of Object.entries(this.description.inputs.measures)) {
      this.numbers.fill(levels[name] ?? 0, offset / 8, offset / 8 + padded);
    }
    this.bytes.set(switches, this.description.switches.offset);
    this.solve_(padded / 2);
    const width = this.description.call.row_bytes / 8;
    const size = count * places.reduce((sum, { rows }) => sum + rows, 0);
    const found = spare !== null && spare.byteLength >= 8 * size ? new Float64Array(spare, 0, size) : new Float64Array(size);
    let at = 0;
    for (const { offset, rows } of places) {
      for (let row = 0; row < rows; row++) {
        const from = offset / 8 + row * width;
        found.set(this.numbers.subarray(from, from + count), at);
        at += count;
      }
    }
    return found;
  }

  /**
   * Lay pairs of worlds open. `pairs`: [[{world, set, levels}, {world, set, levels}]] with `world` a number or "central";
   * `periods`: those to be opened; `believed`: what is believed of the second type as each phase begins (null: what is on
   * average). Gives for every pair `settled` and `flagged` of both worlds and, of both side by side, `shares`, `beliefs`
   * and the `blocks` of every period; with `places` instead of those the numbers at these places of every period.
   */
  open({ pairs, periods, believed = null, places = null }) {
    const { opening, outputs } = this.description;
    const [step, phases] = [opening.step_bytes / 8, opening.phases.length];
    const table = (this.description.horizon.periods + 1) * phases * step;
    const types = opening.type_bytes.shares > 0 ? 2 : 1;
    const hidden = opening.believed !== undefined;
    const copied = (offset, count) => this.numbers.slice(offset / 8, offset / 8 + count);
    this.filled = null;
    return pairs.map((pair) => {
      pair.forEach((of, lane) => this.put(of, lane));
      this.bytes.fill(0, this.description.switches.offset, this.description.switches.offset + this.description.switches.count);
      this.bytes[this.description.switches.offset + opening.switch] = 1;
      this.solve_(1);
      const found = {
        settled: [...copied(outputs.settled.offset, 2)].map(Boolean),
        flagged: [...copied(outputs.flagged.offset, 2)].map(Boolean),
        shares: places === null ? copied(opening.shares, types * table) : null,
        beliefs: places === null && hidden ? copied(opening.beliefs, table) : null,
        blocks: [],
      };
      for (const period of periods) {
        if (hidden) {
          for (let at = 0; at < phases * step; at++) {
            const own = believed?.[Math.floor(at / step)] ?? null;
            this.numbers[opening.believed / 8 + at] = own ?? this.numbers[opening.beliefs / 8 + period * phases * step + at];
          }
        }
        this.open_(period);
        found.blocks.push(
          places === null
            ? copied(opening.blocks.offset, opening.blocks.bytes / 8)
            : Float64Array.from(places.flatMap((place) => [...copied(place, 2)])),
        );
      }
      return found;
    });
  }

  /** Put the inputs of one world of a pair into their places. */
  put({ world, set, levels }, lane) {
    const { names, rows, worlds, certain } = this.draws;
    const central = world === "central";
    const drawn = new Map(names.map((name, at) => [name, at * worlds]));
    for (const [name, { offset, median }] of Object.entries(this.description.inputs.parameters)) {
      const value = drawn.has(name) && !central ? rows[drawn.get(name) + world] : (central ? median : certain[name]);
      this.numbers[offset / 8 + lane] = set[name] ?? value;
    }
    for (const [name, { offset }] of Object.entries(this.description.inputs.measures)) {
      this.numbers[offset / 8 + lane] = levels[name] ?? 0;
    }
  }
}
