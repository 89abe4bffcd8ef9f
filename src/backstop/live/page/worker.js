/** A worker: one instance of the program, which solves the block of worlds that it is sent and sends it back. */
import { Solver } from "./instance.js";

let solver = null;
/** What is wanted of a block, by its name: said once. */
const selections = new Map();

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "start") {
      const instance = await WebAssembly.instantiate(data.module, {});
      solver = new Solver(instance, data.description, data.draws);
      self.postMessage({ kind: "ready" });
    } else if (data.kind === "open") {
      self.postMessage({ kind: "opened", found: solver.open(data.job) });
    } else {
      const began = performance.now();
      if (data.selection !== undefined) selections.set(data.block.pace, data.selection);
      const numbers = solver.solve({ ...data.block, ...selections.get(data.block.pace) }, data.spare);
      const ms = performance.now() - began;
      self.postMessage({ kind: "solved", numbers, ms }, [numbers.buffer]);
    }
  } catch (error) {
    self.postMessage({ kind: "failed", message: String(error?.message ?? error) });
  }
};
