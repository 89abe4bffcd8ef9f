// A host of Backstop programs for browsers and Node: reads program.json, fills in worlds, calls the module, reads figures.
// Documented in docs/reference/program.md. Everything it needs of the program is in its description.

export async function host(description, bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const { memory, solve } = instance.exports;
  const row = (offset, count) => new Float64Array(memory.buffer, offset, count);

  // One row of input: the same number for every world, or one for each. An odd last world gets a copy beside it.
  function fill(offset, values, first, count) {
    const target = row(offset, count + (count % 2));
    for (let i = 0; i < target.length; i++) {
      target[i] = typeof values === "number" ? values : values[first + Math.min(i, count - 1)];
    }
  }

  // parameters and levels: by name, a number or an array over worlds. Gives {figure: [rows of one number a world]}.
  return function solved(worlds, parameters, levels, figures) {
    const switches = new Uint8Array(memory.buffer, description.switches.offset, description.switches.count).fill(0);
    for (const figure of Object.values(figures)) for (const i of figure.switches) switches[i] = 1;
    const found = {};
    for (const [name, figure] of Object.entries(figures)) {
      found[name] = Array.from({ length: figure.rows }, () => new Float64Array(worlds));
    }
    for (let first = 0; first < worlds; first += description.worlds) {
      const count = Math.min(description.worlds, worlds - first);
      for (const [inputs, values] of [[description.parameters, parameters], [description.measures, levels]]) {
        for (const [name, input] of Object.entries(inputs)) fill(input.offset, values[name], first, count);
      }
      solve(Math.ceil(count / 2));
      for (const [name, figure] of Object.entries(figures)) {
        for (let r = 0; r < figure.rows; r++) {
          found[name][r].set(row(figure.offset + r * description.row_bytes, count), first);
        }
      }
    }
    return found;
  };
}

// Every figure of a description under one flat name each.
export function everything(description) {
  const { settled, flagged, shares } = description;
  const found = { settled, flagged, shares };
  for (const kind of ["values", "metrics", "curves", "costs", "outcomes"]) {
    for (const [name, figure] of Object.entries(description[kind])) found[`${kind}.${name}`] = figure;
  }
  return found;
}

// A digest of all bits, in the order of the figures' names: 64-bit FNV-1a over the bytes.
export function digest(found) {
  let hash = 0xcbf29ce484222325n;
  for (const name of Object.keys(found).sort()) {
    for (const values of found[name]) {
      const words = new BigUint64Array(values.buffer);
      for (const word of words) hash = BigInt.asUintN(64, (hash ^ word) * 0x100000001b3n);
    }
  }
  return hash.toString(16).padStart(16, "0");
}
