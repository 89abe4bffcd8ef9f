/**
 * A world laid open: what is done at every node of a phase, what each move is worth, and what others believe, read from
 * what the program gives (docs/reference/program.md, "A world laid open").
 */

/** Numbers of a block that begin so many bytes into it, of one of the two worlds. */
const reader = (description, numbers, start, lane) => {
  const { blocks, step_bytes: step } = description.opening;
  const from = (start - blocks.offset) / 8 + lane;
  return {
    at: (place) => numbers[from + place / 8],
    several: (place, count) => Array.from({ length: count }, (_, i) => numbers[from + (place + i * step) / 8]),
  };
};

/**
 * The phases of a world in a period that was opened, in the order of the program.
 *
 * Each is {name, phase, facts, type, share, belief, worth, flows, levels, nodes, next}: `type` where everybody knows it,
 * else null; `belief` in the second type where it is hidden, else null; `worth` and `flows` by the name of a column.
 * A node is {kind, name, title, actor, outcome, reach, reachByType, belief, noise, values, moves}, children first; a move
 * {label, to, probability, bound, slip, byType}, with `slip` null where it is none.
 *
 * @param {object} description of the program
 * @param {object} found what `engine.trace` gives
 * @param {number} at which of the periods that were opened
 * @param {number} period its number
 */
export function phasesOf(description, found, at, period, lane = 0) {
  const { opening, horizon } = description;
  const { phases, plays, types, step_bytes: step } = opening;
  const kinds = types?.known ? types.names : [null];
  const table = (horizon.periods + 1) * phases.length * (step / 8);
  return kinds.flatMap((type, kind) =>
    phases.map((phase, index) => {
      const read = reader(description, found.blocks[at], phase.offset + kind * opening.type_bytes.blocks, lane);
      const place = (period * phases.length + index) * (step / 8) + lane;
      const byName = (start) => named(opening.columns, read.several(start, opening.columns.length));
      return {
        ...phase,
        index,
        type,
        share: found.shares[kind * table + place],
        belief: found.beliefs === null ? null : found.beliefs[place],
        worth: byName(opening.parts.worth),
        flows: byName(opening.parts.flows),
        levels: Object.fromEntries(opening.measures.map((name, i) => [name, read.at(opening.parts.levels + i * step)])),
        nodes: phase.play === null ? [] : plays[phase.play].map((node) => nodeOf(opening, node, read)),
      };
    }),
  );
}

const named = (columns, numbers) => Object.fromEntries(columns.map(({ name }, i) => [name, numbers[i]]));

function nodeOf(opening, node, read) {
  const { parts, columns, types, step_bytes: step } = opening;
  const hidden = parts.belief !== undefined;
  return {
    ...node,
    values: named(columns, read.several(node.at, columns.length)),
    reach: read.at(node.at + parts.reach),
    reachByType: hidden ? named(types.names.map((name) => ({ name })), read.several(node.at + parts.reach_by_type, 2)) : null,
    belief: hidden ? read.at(node.at + parts.belief) : null,
    noise: node.kind === "decision" ? read.at(node.at + parts.noise) : null,
    moves: (node.moves ?? []).map((label, m) => {
      const [probability, bound, slip, ...byType] = read.several(node.moves_at + m * parts.move_bytes, hidden ? 5 : 3);
      return {
        label,
        to: node.to[m],
        probability,
        bound,
        slip: Number.isNaN(slip) ? null : slip,
        byType: hidden ? Object.fromEntries(types.names.map((name, i) => [name, byType[i]])) : null,
      };
    }),
  };
}

/** The most likely of the moves of a node, the first of equal ones. */
export const likeliest = (node) => node.moves.reduce((best, move, m) => (move.probability > node.moves[best].probability ? m : best), 0);

/** What a move is worth to whoever makes it, by type where the mover has hidden ones; null where chance decides. */
export function worthToMover(opening, nodes, node, move) {
  if (node.kind !== "decision") return null;
  const own = opening.columns.filter((column) => column.actor === node.actor);
  return own.map((column) => ({ column, worth: nodes[move.to].values[column.name] }));
}

/**
 * The tree of a phase, unfolded from the root: items {key, node, move, parent, depth, share, shareByType, children}.
 *
 * `node` is the number of the node it leads to, `move` which of its parent's moves leads there (null of the root); `share`
 * how likely play goes this way once the phase is played. What is behind `open(key)` false is left out.
 */
export function treeOf(phase, open) {
  const { nodes, belief } = phase;
  if (nodes.length === 0) return null;
  const mixed = (shares) => (shares === null ? null : (1 - belief) * shares[0] + belief * shares[1]);
  const made = (key, node, move, parent, share, byType) => {
    const item = { key, node, move, parent, depth: parent === null ? 0 : parent.depth + 1, share, shareByType: byType, children: [] };
    const of = nodes[node];
    item.leaf = of.moves.length === 0;
    if (!item.leaf && open(item)) {
      item.children = of.moves.map((each, m) => {
        const both = byType === null ? null : Object.values(each.byType).map((p, k) => byType[k] * p);
        return made(`${key}.${m}`, each.to, m, item, both === null ? share * each.probability : mixed(both), both);
      });
    }
    return item;
  };
  return made("r", nodes.length - 1, null, null, 1, belief === null ? null : [1, 1]);
}

/** All items of a tree, each before its children. */
export function itemsOf(item) {
  return item === null ? [] : [item, ...item.children.flatMap(itemsOf)];
}

/**
 * Worlds worth looking at, of the metric shown under an arrangement: [{name, title, world}].
 * @param {Float64Array} row the metric by world
 * @param {Float64Array | null} weights
 * @param {boolean} lessIsBetter
 */
export function remarkable(row, weights, lessIsBetter) {
  let [sum, mass] = [0, 0];
  const weight = (w) => (weights === null ? 1 : weights[w]);
  const counts = (w) => Number.isFinite(row[w]) && weight(w) > 0;
  for (let w = 0; w < row.length; w++) {
    if (!counts(w)) continue;
    sum += weight(w) * row[w];
    mass += weight(w);
  }
  if (mass === 0) return [];
  const mean = sum / mass;
  const least = (of) => {
    let best = null;
    for (let w = 0; w < row.length; w++) if (counts(w) && (best === null || of(row[w]) < of(row[best]))) best = w;
    return best;
  };
  const up = lessIsBetter ? -1 : 1;
  return [
    { name: "mean", title: "nearest to the mean", world: least((value) => Math.abs(value - mean)) },
    { name: "worst", title: "the worst", world: least((value) => up * value) },
    { name: "best", title: "the best", world: least((value) => -up * value) },
  ];
}

/**
 * How a world flows from phase to phase: `shares[t][k]` as period t begins, one more than there are periods, and for every
 * period `flows[t]`: [{from, to, p, outcomes: [{outcome, p}]}], p the chance that play is in `from` then and goes on to `to`.
 *
 * @param {object} description of the program
 * @param {object} found what `engine.trace` gives for all periods, in their order
 * @param {string | null} type where everybody knows it
 */
export function flowsOf(description, found, type) {
  const { periods } = description.horizon;
  const mine = (at) => phasesOf(description, found, Math.min(at, periods - 1), at).filter((phase) => phase.type === type);
  const flows = Array.from({ length: periods }, (_, t) => mine(t).flatMap((phase) => flowsFrom(phase)));
  const shares = Array.from({ length: periods + 1 }, (_, t) => mine(t).map((phase) => phase.share));
  return { flows, shares };
}

/** Where a phase leads to in a year, the likeliest first; what cannot come about is left out. */
function flowsFrom(phase) {
  if (!(phase.share > 0)) return [];
  if (phase.nodes.length === 0) return [{ from: phase.index, to: phase.index, p: phase.share, outcomes: [] }];
  const found = new Map();
  for (const node of phase.nodes) {
    if (node.kind !== "ending" || !(node.reach > 0)) continue;
    const to = phase.next[node.outcome];
    const flow = found.get(to) ?? { from: phase.index, to, p: 0, outcomes: new Map() };
    const p = phase.share * node.reach;
    flow.p += p;
    flow.outcomes.set(node.outcome, (flow.outcomes.get(node.outcome) ?? 0) + p);
    found.set(to, flow);
  }
  return [...found.values()]
    .map((flow) => ({ ...flow, outcomes: [...flow.outcomes].map(([outcome, p]) => ({ outcome, p })).sort((a, b) => b.p - a.p) }))
    .sort((a, b) => b.p - a.p);
}
