/** A tree drawn: who decides in the actor's colour, branches as thick as they are likely, slips dashed. */

import { html } from "vendor/htm";
import { SMALL, actorColour, cut, wrapped } from "./frame.js";

const [PLAIN, LEARNT] = [46, 62];
const DOT = 7;
const LEFT = 16;
const TOP = 24;
const LEAF = 216;

/** The colour of whoever decides at a node; grey where chance does. */
export const colourOf = (names, node) => (node.kind === "decision" ? actorColour(names.place(node.actor)) : "grey");

/**
 * @param {object} root item of `treeOf`, with `shown`: the children that are drawn
 * @param {object} of {names, phase, phases, words: (item) => {label, share, worth, slip, end}, at, onPick, onPoint}
 */
export function drawTree(root, of, width) {
  const ROW = of.phase.belief === null ? PLAIN : LEARNT;
  const places = new Map();
  let [rows, depth] = [0, 0];
  const place = (item) => {
    depth = Math.max(depth, item.depth);
    const children = item.shown ?? item.children;
    const ys = children.map(place);
    const y = ys.length ? (ys[0] + ys.at(-1)) / 2 : TOP + ROW * rows++;
    places.set(item, y);
    return y;
  };
  place(root);
  const column = Math.max(150, Math.min(250, (width - LEFT - LEAF) / Math.max(1, depth)));
  const whole = Math.max(width, LEFT + depth * column + LEAF);
  const height = TOP + ROW * Math.max(1, rows) - 4;
  const x = (item) => LEFT + item.depth * column;
  const [edges, dots] = [[], []];
  const draw = (item) => {
    const node = of.phase.nodes[item.node];
    const y = places.get(item);
    const words = of.words(item);
    if (item.parent !== null) {
      const mover = of.phase.nodes[item.parent.node];
      const [x0, y0, bend] = [x(item.parent), places.get(item.parent), 30];
      const d = `M${x0} ${y0}C${x0 + bend * 0.7} ${y0} ${x0 + bend * 0.3} ${y} ${x0 + bend} ${y}H${x(item)}`;
      const room = column - bend - 14;
      edges.push(html`<g key=${item.key} class=${`c-${colourOf(of.names, mover)} ${of.at === item.key ? "at" : ""}`} onClick=${() => of.onPick(item)} onMouseEnter=${() => of.onPoint(item)} onMouseLeave=${() => of.onPoint(null)}>
        <path class=${`branch ${words.slip ? "slipped" : ""}`} d=${d} stroke-width=${(1.2 + 7 * words.p).toFixed(2)} />
        <rect class="touch" x=${x0 + bend} y=${y - 20} width=${room + 8} height=${ROW - 8} />
        <text x=${x0 + bend + 2} y=${y - 7 - 3 * words.p}>${cut(words.label, room)}</text>
        <text class="small" x=${x0 + bend + 2} y=${y + 15 + 3 * words.p}>${cut(words.figures, room, SMALL)}</text>
        ${words.belief && html`<text class="small" x=${x0 + bend + 2} y=${y + 29 + 3 * words.p}>${cut(words.belief, room, SMALL)}</text>`}
      </g>`);
    }
    const end = item.leaf || words.closed;
    dots.push(html`<g key=${item.key} class=${`c-${node.kind === "ending" ? "coal" : colourOf(of.names, node)}`} onClick=${() => of.onPick(item)}>
      ${node.kind === "ending" ? html`<rect class="node" x=${x(item) - 5} y=${y - 5} width="10" height="10" />` : node.kind === "chance" ? html`<path class="node" d=${`M${x(item)} ${y - DOT}L${x(item) + DOT} ${y}L${x(item)} ${y + DOT}L${x(item) - DOT} ${y}Z`} />` : html`<circle class="node" cx=${x(item)} cy=${y} r=${DOT} />`}
      ${end && wrapped(words.end, LEAF - 34, SMALL, 2).map((line, n, all) => html`<text class="small" key=${n} x=${x(item) + 13} y=${y + 4 + 14 * (n - (all.length - 1) / 2)}>${line}</text>`)}
      ${item.parent === null && html`<text class="strong" x=${x(item) - DOT} y=${Math.max(13, y - 13)}>${cut(words.label, column + LEAF)}</text>`}
    </g>`);
    (item.shown ?? item.children).forEach(draw);
  };
  draw(root);
  return html`<svg class="drawing tree" viewBox=${`0 0 ${whole} ${height}`} width=${whole} height=${height} aria-hidden="true">${edges}${dots}</svg>`;
}
