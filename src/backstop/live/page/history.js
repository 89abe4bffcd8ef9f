/**
 * Undo and redo: what came before and what was taken back, with one drag as one step.
 *
 * Steps are plain values that are never changed. `record` is called after every change; changes that carry the same
 * mark, such as all those of one drag, become one step.
 */

const MOST = 500;

/**
 * A history that starts at `first`.
 *
 * @template T
 * @param {T} first
 */
export function createHistory(first) {
  let past = [];
  let present = first;
  let future = [];
  let mark = null;
  return {
    /** Note that things are now `next`; `of` names the drag or burst of typing that it belongs to, null: none. */
    record(next, of = null) {
      if (next === present) return;
      if (of === null || of !== mark) {
        past.push(present);
        if (past.length > MOST) past.shift();
      }
      mark = of;
      present = next;
      future = [];
    },
    /** The end of a drag: what follows is a step of its own. */
    rest() {
      mark = null;
    },
    /** The step before; null where there is none. */
    undo() {
      if (!past.length) return null;
      future.push(present);
      present = past.pop();
      mark = null;
      return present;
    },
    /** The step that was taken back last; null where there is none. */
    redo() {
      if (!future.length) return null;
      past.push(present);
      present = future.pop();
      mark = null;
      return present;
    },
    get steps() {
      return { back: past.length, forward: future.length };
    },
  };
}
