/**
 * Conditions over metrics and parameters, as trees: `["number", 2]`, `["name", "peace"]`, `["where", c, a, b]`,
 * `[">=", a, b]`. They are worked out world by world, with the rules of `scenario/expression` about which values are in
 * use: `where(c, a, b)` uses a where c is true and b elsewhere, `and` and `or` end where the matter is settled.
 */

const lesser = (a, b) => (a < b || a !== a ? a : b);
const greater = (a, b) => (a > b || a !== a ? a : b);

/** Powers that are taken exactly, as in Python. */
function power(a, b) {
  if (b === 2) return a * a;
  if (b === 0.5) return a >= 0 ? Math.sqrt(a) : NaN;
  if (b === -1) return 1 / a;
  // JavaScript has 1 ** NaN as not a number; IEEE 754 and Python have 1.
  return a === 1 ? 1 : a ** b;
}

const OPERATIONS = {
  not: (a) => Number(a === 0),
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  negate: (a) => -a,
  "**": power,
  min: (...values) => values.reduce(lesser),
  max: (...values) => values.reduce(greater),
  abs: Math.abs,
  exp: Math.exp,
  log: (a) => (a < 0 ? NaN : Math.log(a)),
  sqrt: (a) => (a >= 0 ? Math.sqrt(a) : NaN),
  clip: (x, low, high) => lesser(greater(x, low), high),
  logistic: (x) => 1 / (1 + Math.exp(-x)),
};

/**
 * The value of a tree in one world. `look(name)` gives the value of a name, and is asked only for names in use.
 * A sum of many parts is deep in its first arguments: these are taken in a loop.
 */
export function valueOf(tree, look) {
  const outer = [];
  let node = tree;
  while (!["number", "name", "where", "and", "or"].includes(node[0])) {
    outer.push(node);
    node = node[1];
  }
  let value = leaf(node, look);
  for (let at = outer.length - 1; at >= 0; at--) {
    const [name, , ...others] = outer[at];
    value = OPERATIONS[name](value, ...others.map((each) => valueOf(each, look)));
  }
  return value;
}

function leaf(node, look) {
  const [kind, ...parts] = node;
  if (kind === "number") return parts[0];
  if (kind === "name") return look(parts[0]);
  if (kind === "where") return valueOf(valueOf(parts[0], look) !== 0 ? parts[1] : parts[2], look);
  const settled = kind === "or";
  return Number(parts.some((part) => (valueOf(part, look) !== 0) === settled) === settled);
}

/**
 * Where an event occurs: 1, 0, or not a number where a metric in use has no value.
 * @param {{tree: unknown[]}} event
 * @param {Record<string, Float64Array>} metrics
 * @param {(name: string, world: number) => number} parameter
 * @param {number} worlds
 */
export function occurs(event, metrics, parameter, worlds) {
  const found = new Float64Array(worlds);
  let world = 0;
  let unknown = false;
  const look = (name) => {
    const row = metrics[name];
    if (row === undefined) return parameter(name, world);
    if (!Number.isFinite(row[world])) unknown = true;
    return row[world];
  };
  for (world = 0; world < worlds; world++) {
    unknown = false;
    const value = valueOf(event.tree, look);
    if (unknown) {
      found[world] = NaN;
    } else {
      if (!Number.isFinite(value)) throw new RangeError(`${event.text} has no value in world ${world}`);
      found[world] = value !== 0 ? 1 : 0;
    }
  }
  return found;
}
