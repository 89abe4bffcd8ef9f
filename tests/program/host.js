// A host in plain JavaScript, for browsers and Node: solves worlds with program.json and program.wasm as
// docs/reference/program.md says.

/** The program made ready to run: its description, its function and its memory. */
export async function hostOf(description, bytes) {
  if (description.format !== "backstop-program/1") throw new Error(`unknown format ${description.format}`);
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return { description, solve: instance.exports.solve, memory: instance.exports.memory.buffer };
}

/** Every output as {name, offset, rows, switches, ...}, in the order of the description. */
function outputsOf(entry, name) {
  if (typeof entry.offset === "number") return [{ ...entry, name }];
  const inner = Object.entries(entry);
  return inner.flatMap(([key, part]) => outputsOf(part, name === "" ? key : `${name}.${key}`));
}

/**
 * Solve worlds. `parameters`: an ArrayBuffer of little-endian float64, for each parameter in order one number a world;
 * `levels`: the level promised of every measure. Gives [name, Float64Array of rows times worlds] for every output.
 */
export function solved(host, parameters, levels, worlds) {
  const { description, memory } = host;
  const { worlds: capacity, worlds_in_a_pair: together, row_bytes: rowBytes } = description.call;
  const { offset, count } = description.switches;
  const given = new DataView(parameters);
  const view = new DataView(memory);
  const figures = outputsOf(description.outputs, "");
  const results = figures.map((figure) => [figure, new Float64Array(figure.rows * worlds)]);
  new Uint8Array(memory, offset, count).fill(0);
  for (const [{ switches }] of results) switches.forEach((number) => view.setUint8(offset + number, 1));
  for (let first = 0; first < worlds; first += capacity) {
    const here = Math.min(capacity, worlds - first);
    const pairs = Math.ceil(here / together);
    // Where the last pair is not full its last world stands there twice.
    for (let at = 0; at < pairs * together; at += 1) {
      const world = first + Math.min(at, here - 1);
      Object.values(description.inputs.parameters).forEach((input, row) => {
        view.setFloat64(input.offset + 8 * at, given.getFloat64(8 * (row * worlds + world), true), true);
      });
      for (const [name, input] of Object.entries(description.inputs.measures)) {
        view.setFloat64(input.offset + 8 * at, levels[name], true);
      }
    }
    host.solve(pairs);
    for (const [figure, numbers] of results) {
      for (let row = 0; row < figure.rows; row += 1) {
        const place = figure.offset + row * rowBytes;
        for (let at = 0; at < here; at += 1) {
          numbers[row * worlds + first + at] = view.getFloat64(place + 8 * at, true);
        }
      }
    }
  }
  return results.map(([figure, numbers]) => [figure.name, numbers]);
}
