/**
 * A pool of workers. Blocks of worlds are kept small and handed out one at a time, so that what is asked for last is
 * begun as soon as a block under way has ended.
 */
import { source } from "bundled/worker";

/** About how long a block should take, in milliseconds. */
const BLOCK_MS = 6;
const FIRST_BLOCK = 32;
/** The lane of what the reader waits for. */
export const MAIN = "main";

export class Pool {
  constructor(workers) {
    this.workers = workers;
    this.idle = [...workers];
    this.queue = [];
    /** Short errands, which go before blocks of worlds. */
    this.errands = [];
    /** Milliseconds for a world under one arrangement, by what is wanted of it. */
    this.pace = new Map();
    /** A buffer of each worker that has been read and can be used again. */
    this.spare = new Map();
    /** What each worker has been told of what may be wanted. */
    this.told = new Map();
    this.closed = false;
  }

  /**
   * Workers with the program and the draws of the worlds, all ready.
   * @param {WebAssembly.Module} module
   */
  static async open(module, description, draws, count) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const workers = Array.from({ length: count }, () => new Worker(url));
    const ready = workers.map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => (data.kind === "ready" ? resolve() : reject(new Error(data.message)));
          worker.onerror = (event) => reject(new Error(event.message || "a worker could not be started"));
          worker.postMessage({ kind: "start", module, description, draws });
        }),
    );
    try {
      await Promise.all(ready);
    } catch (error) {
      workers.forEach((worker) => worker.terminate());
      throw error;
    } finally {
      URL.revokeObjectURL(url);
    }
    return new Pool(workers);
  }

  /**
   * Solve worlds 0 .. `worlds` - 1 under every one of `arrangements`, [{key, levels, switches, places, pace}].
   * `task.stopped()` is asked before each block; `take(key, first, count, numbers)` is given each block as it comes.
   * What was asked for before in the same `lane` is not gone on with; blocks of the lane "main" go before all others.
   * Resolves to whether all was solved.
   */
  solve(task) {
    return new Promise((resolve, reject) => {
      const blocks = this.blocks(task);
      const job = { task, blocks, at: 0, open: blocks.length, resolve, reject };
      for (const other of this.queue) if (other.task.lane === task.lane) other.resolve(false);
      const others = this.queue.filter((other) => other.task.lane !== task.lane);
      this.queue = task.lane === MAIN ? [job, ...others] : [...others, job];
      this.advance();
    });
  }

  /** The blocks of a task: of a size that takes a few milliseconds, the same worlds under all arrangements together. */
  blocks({ worlds, arrangements, capacity }) {
    const sizes = arrangements.map(({ pace }) => {
      const ms = this.pace.get(pace);
      return ms === undefined ? FIRST_BLOCK : BLOCK_MS / ms;
    });
    // Every worker should have some, and no block is more than a call of the program takes.
    const share = (worlds * arrangements.length) / this.workers.length;
    const size = Math.max(2, 2 * Math.floor(Math.min(capacity, share, ...sizes) / 2));
    const found = [];
    for (let first = 0; first < worlds; first += size) {
      for (const arrangement of arrangements) found.push({ arrangement, first, count: Math.min(size, worlds - first) });
    }
    return found;
  }

  /** Lay worlds open in the next worker that is free; resolves to what `Solver.open` gives. */
  open(job) {
    return new Promise((resolve, reject) => {
      this.errands.push({ job, resolve, reject });
      this.advance();
    });
  }

  errand(worker, { job, resolve, reject }) {
    const ended = (settle, value) => {
      worker.onmessage = null;
      worker.onerror = null;
      this.idle.push(worker);
      settle(value);
      this.advance();
    };
    worker.onmessage = ({ data }) => (data.kind === "opened" ? ended(resolve, data.found) : ended(reject, new Error(data.message)));
    worker.onerror = (event) => ended(reject, new Error(event.message || "a worker failed"));
    worker.postMessage({ kind: "open", job });
  }

  advance() {
    while (this.idle.length > 0 && this.errands.length > 0) this.errand(this.idle.pop(), this.errands.shift());
    while (this.idle.length > 0 && this.queue.length > 0) {
      const job = this.queue[0];
      if (job.task.stopped()) {
        job.resolve(false);
        this.queue.shift();
        continue;
      }
      const block = job.blocks[job.at++];
      if (job.at >= job.blocks.length) this.queue.shift();
      this.run(this.idle.pop(), job, block);
    }
  }

  run(worker, job, block) {
    const { task } = job;
    const ended = () => {
      worker.onmessage = null;
      worker.onerror = null;
      this.idle.push(worker);
      this.advance();
    };
    const { key, levels, switches, places, pace } = block.arrangement;
    worker.onmessage = ({ data }) => {
      if (data.kind === "solved") {
        const here = data.ms / block.count;
        const before = this.pace.get(pace);
        this.pace.set(pace, before === undefined ? here : 0.8 * before + 0.2 * here);
        if (!task.stopped()) task.take(key, block.first, block.count, data.numbers);
        // What has been read goes back with the next block, so that none is made anew.
        this.spare.set(worker, data.numbers.buffer);
        job.open -= 1;
        if (job.open === 0) job.resolve(!task.stopped());
      } else {
        job.reject(new Error(data.message));
      }
      ended();
    };
    worker.onerror = (event) => {
      job.reject(new Error(event.message || "a worker failed"));
      ended();
    };
    const { first, count } = block;
    const told = this.told.get(worker) ?? this.told.set(worker, new Set()).get(worker);
    const selection = told.has(pace) ? undefined : { switches, places };
    told.add(pace);
    const spare = this.spare.get(worker) ?? null;
    this.spare.delete(worker);
    const given = { kind: "solve", block: { first, count, levels, set: task.set, pace }, selection, spare };
    worker.postMessage(given, spare === null ? [] : [spare]);
  }

  close() {
    this.closed = true;
    this.workers.forEach((worker) => worker.terminate());
  }
}
