// The model in the browser: evaluates the graph of cells, differentiates it, and ranks exposure, as the engine does.
// No page in here: it runs wherever ES modules run.

import { ONE, ZERO, add, ceil, compare, divide, equal, exact, exp, floor, integerPower, isFinitePair, log, magnitude, multiply,
  rationalPower, sign } from "./pairs.js";
import { SIDED, STILL, sameSlope, slopeOf } from "./slopes.js";
import { companyExposure, exposure } from "./exposure.js";
import { totals } from "./totals.js";

export const FORMAT = "bullwhip-explorer/1";

export class Model {
  constructor(data) {
    if (data?.format !== FORMAT) throw new Error(`the model has the form ${data?.format}, this page reads ${FORMAT}`);
    this.data = data;
    this.numbers = new Map(data.quantities.map((quantity, number) => [quantity.id, number]));
    this.cells = data.cells.quantity.length;
    this.byQuantity = data.quantities.map(() => []);
    data.cells.quantity.forEach((quantity, cell) => this.byQuantity[quantity].push(cell));
    this.given = new Map(data.given.cell.map((cell, k) => [cell, exact(data.given.value[k])]));
    this.nodeOf = new Array(this.cells);
    this.nodes = data.graph.map((node, i) => this.#decoded(node, i));
    this.firms = new Map(data.companies.map((company) => [company.id, company]));
    this.kept = new Map();
  }

  #decoded(node, i) {
    if (typeof node === "number") {
      this.nodeOf[node] = i;
      return { operation: "cell", cell: node, below: [] };
    }
    const [operation, ...rest] = node;
    if (operation === "num") return { operation, value: exact(rest[0]), below: [] };
    if (operation !== "^") return { operation, below: rest.map((back) => i - back) };
    const [top, bottom] = fractionOf(rest[1]);
    return { operation, below: [i - rest[0]], exponent: divide([top, 0], [bottom, 0]), top, bottom };
  }

  /** The number of a quantity that is named by number or id; -1 where there is none. */
  quantity(name) {
    return typeof name === "number" ? name : (this.numbers.get(name) ?? -1);
  }

  cellsOf(name) {
    return this.byQuantity[this.quantity(name)] ?? [];
  }

  /** The cell of a quantity at an index and period; a quantity without periods has one for all; -1 where there is none. */
  cell(name, index, period) {
    const { index: indices, period: periods } = this.data.cells;
    const found = this.cellsOf(name).find((c) => indices[c] === index && (periods[c] === null || periods[c] === period));
    return found ?? -1;
  }

  /** What a cell is called, as it can be typed, e.g. accelerator.count[chip=a100_sxm,period=2025]. */
  cellName(cell, timed = true) {
    const { quantity, index, period } = this.data.cells;
    const parts = this.data.indices[index[cell]].map(([d, m]) => `${this.data.dimensions[d].id}=${this.data.dimensions[d].members[m]}`);
    if (timed && period[cell] !== null) parts.push(`period=${period[cell]}`);
    const id = this.data.quantities[quantity[cell]].id;
    return parts.length ? `${id}[${parts.join(",")}]` : id;
  }

  /** The changes and variants of the scenario under which the data was made. */
  start() {
    return settings(this.data.start);
  }

  /** The changes and variants of a named scenario; those of an unknown one are none. */
  scenario(id) {
    return settings(this.data.scenarios.find((scenario) => scenario.id === id) ?? { values: {}, variants: {} });
  }

  /** Values under changes of cells (a number, or its text) and chosen variants of rules; changes that are no numbers are left out. */
  evaluate(changes = new Map(), variants = new Map()) {
    return new Values(this, changes, variants);
  }

  drivers(values) {
    return values.drivers();
  }

  driverCells(values, name, index = null) {
    return values.driverCells(this.quantity(name), index);
  }

  exposure(values, name, options = {}) {
    return exposure(values, this.quantity(name), options);
  }

  companyExposure(values, company, options = {}) {
    return companyExposure(values, company, options);
  }

  /** The money of each company and driver of rows over its tiers; see totals.js. */
  totals(rows, by) {
    return totals(this, rows, by);
  }
}

function settings({ values, variants }) {
  const changes = Object.entries(values).map(([cell, value]) => [Number(cell), value]);
  return { changes: new Map(changes), variants: new Map(Object.entries(variants)) };
}

function fractionOf(written) {
  const [top, bottom] = String(written).split("/").map(Number);
  if (bottom !== undefined) return [top, bottom];
  let scale = 1;
  while (!Number.isInteger(top * scale) && scale < 1e12) scale *= 10;
  return reduced(Math.round(top * scale), scale);
}

function reduced(top, bottom) {
  let [a, b] = [Math.abs(top), bottom];
  while (b) [a, b] = [b, a % b];
  return [top / a, bottom / a];
}

/** A node without a value: why, and where that began. */
class Fault {
  constructor(text) {
    this.text = text;
  }
}

const ZERO_DIVISION = new Fault("division by zero");
const ZERO_POWER = new Fault("a negative power of zero");
const NEGATIVE_ROOT = new Fault("a root of a negative number");
const NO_LOGARITHM = new Fault("a logarithm of a number that is not above zero");
const BEYOND = new Fault("a number beyond the range of doubles");

const OPERATIONS = {
  "+": (values) => values.reduce(add),
  "*": (values) => values.reduce(multiply),
  "/": ([a, b]) => (b[0] === 0 ? ZERO_DIVISION : divide(a, b)),
  "^": ([base], { top, bottom }) => {
    if (base[0] === 0) return top < 0 ? ZERO_POWER : ZERO;
    if (bottom === 1) return integerPower(base, top);
    return base[0] < 0 ? NEGATIVE_ROOT : rationalPower(base, top, bottom);
  },
  min: (values) => values.reduce((a, b) => (compare(b, a) < 0 ? b : a)),
  max: (values) => values.reduce((a, b) => (compare(b, a) > 0 ? b : a)),
  abs: ([a]) => magnitude(a),
  sign: ([a]) => [sign(a), 0],
  floor: ([a]) => floor(a),
  ceil: ([a]) => ceil(a),
  exp: ([a]) => (Math.abs(a[0]) > 10000 ? BEYOND : exp(a)),
  log: ([a]) => (a[0] <= 0 ? NO_LOGARITHM : log(a)),
};

export class Values {
  constructor(model, changes, variants) {
    this.model = model;
    this.variants = variants;
    this.changes = new Map();
    for (const [cell, written] of changes) {
      const value = exact(written);
      if (value !== null && Number.isInteger(cell) && cell >= 0 && cell < model.cells) this.changes.set(cell, value);
    }
    this.definition = model.data.cells.definition.map((node, cell) => this.#defined(node, cell));
    this.values = new Array(model.nodes.length);
    this.faults = new Map();
    model.nodes.forEach((node, i) => {
      this.values[i] = this.#value(node, i);
    });
    this.passes = new Map();
  }

  #defined(node, cell) {
    if (node < 0 || this.changes.has(cell)) return -1;
    const { variants, quantity } = this.model.data.cells;
    if (!(cell in variants)) return node;
    return variants[cell][this.variants.get(this.model.data.quantities[quantity[cell]].id)] ?? node;
  }

  #value(node, i) {
    if (node.operation === "num") return node.value;
    if (node.operation === "cell") return this.#ofCell(node.cell, i);
    if (node.operation === "<" || node.operation === "<=") return this.#chosen(node, i);
    const found = node.below.map((j) => this.values[j]);
    if (found.includes(null)) return this.#broken(node.below, i);
    const value = OPERATIONS[node.operation](found, node);
    if (!(value instanceof Fault) && isFinitePair(value)) return value;
    this.faults.set(i, [value instanceof Fault ? value : BEYOND, i]);
    return null;
  }

  #ofCell(cell, i) {
    const set = this.changes.get(cell);
    if (set !== undefined) return set;
    const definition = this.definition[cell];
    if (definition < 0) return this.model.given.get(cell) ?? null;
    return this.values[definition] ?? this.#broken([definition], i);
  }

  /** What rests on a node without a value has none for the same reason. */
  #broken(below, i) {
    const fault = below.find((j) => this.faults.has(j));
    if (fault !== undefined) this.faults.set(i, this.faults.get(fault));
    return null;
  }

  #chosen(node, i) {
    const [left, right, a, b] = node.below;
    if (this.faults.has(left) || this.faults.has(right)) return this.#broken([left, right], i);
    if (this.values[left] === null || this.values[right] === null) {
      const [first, second] = [this.values[a], this.values[b]];
      return first !== null && second !== null && equal(first, second) ? first : null;
    }
    const order = compare(this.values[left], this.values[right]);
    const taken = order < 0 || (order === 0 && node.operation === "<=") ? a : b;
    return this.values[taken] ?? this.#broken([taken], i);
  }

  /** The value of a cell, or null where it is unknown. */
  of(cell) {
    const value = this.pair(cell);
    return value === null ? null : value[0];
  }

  pair(cell) {
    return this.values[this.model.nodeOf[cell]] ?? null;
  }

  hasFailed(cell) {
    return this.faults.has(this.model.nodeOf[cell]);
  }

  /** Why a cell has no value: inputs that are missing, or an operation that has no result; null where it has one. */
  why(cell) {
    const node = this.model.nodeOf[cell];
    if (this.values[node] !== null) return null;
    const fault = this.faults.get(node);
    if (fault) return { code: "undefined", text: fault[0].text, cell: this.#cellAbove(fault[1], node) };
    return { code: "missing", cells: this.missing(cell) };
  }

  #cellAbove(node, output) {
    for (const i of this.cone([output])) {
      const { operation, cell } = this.model.nodes[i];
      if (operation === "cell" && this.definition[cell] >= 0 && this.cone([this.definition[cell]], true).includes(node)) return cell;
    }
    return null;
  }

  below(i, within = false) {
    const { operation, cell, below } = this.model.nodes[i];
    if (operation !== "cell") return below;
    return within || this.definition[cell] < 0 ? [] : [this.definition[cell]];
  }

  /** The nodes that nodes rest on, in order; only those of their own rules where `within`. */
  cone(outputs, within = false) {
    const found = new Set();
    const stack = [...outputs];
    while (stack.length) {
      const i = stack.pop();
      if (found.has(i)) continue;
      found.add(i);
      stack.push(...this.below(i, within));
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The cells without rule, or that are set, that a cell rests on. */
  inputs(cell) {
    return this.cone([this.model.nodeOf[cell]]).map((i) => this.model.nodes[i]).filter((node) => node.operation === "cell" && this.definition[node.cell] < 0).map((node) => node.cell);
  }

  missing(cell) {
    return this.inputs(cell).filter((input) => this.pair(input) === null);
  }

  drivers() {
    const free = new Set(this.definition.flatMap((node, cell) => (node < 0 ? [this.model.data.cells.quantity[cell]] : [])));
    const ids = this.model.data.quantities;
    return [...free].sort((a, b) => (ids[a].id < ids[b].id ? -1 : 1));
  }

  /** The cells that move with a driver: all its members and periods, or those of an index; of a quantity with a rule its base years. */
  driverCells(quantity, index = null) {
    const { definition, index: indices } = this.model.data.cells;
    const all = this.model.cellsOf(quantity).filter((cell) => index === null || indices[cell] === index);
    if (this.model.data.quantities[quantity].driver) return all;
    const base = all.filter((cell) => definition[cell] < 0);
    return base.length ? base : all;
  }

  users() {
    if (!this.above) {
      this.above = this.model.nodes.map(() => []);
      this.model.nodes.forEach((node, i) => this.below(i).forEach((j) => this.above[j].push(i)));
    }
    return this.above;
  }

  /** The slopes of all nodes that a move of cells touches, to the right and to the left, by node; only of some where `within`. */
  slopes(moved, proportional, within = null) {
    if (within) return this.#pass(moved, proportional, within);
    const key = `${proportional} ${moved.join(" ")}`;
    if (!this.passes.has(key)) this.passes.set(key, this.#pass(moved, proportional, null));
    return this.passes.get(key);
  }

  #pass(moved, proportional, within) {
    const nodes = moved.map((cell) => [this.model.nodeOf[cell], cell]).filter(([i]) => !within || within.has(i));
    const seeds = new Map(nodes.map(([i, cell]) => [i, seed(this.pair(cell), proportional)]));
    const touched = new Set(seeds.keys());
    const queue = [...touched];
    const above = this.users();
    while (queue.length) {
      for (const user of above[queue.pop()]) {
        if (!touched.has(user) && (!within || within.has(user))) {
          touched.add(user);
          queue.push(user);
        }
      }
    }
    const found = new Map();
    for (const i of [...touched].sort((a, b) => a - b)) found.set(i, seeds.get(i) ?? this.#sides(i, found));
    return found;
  }

  #sides(i, found) {
    const node = this.model.nodes[i];
    const below = this.below(i);
    if (node.operation === "cell") return found.get(below[0]);
    const inner = below.map((j) => found.get(j) ?? STILL_BOTH);
    const values = below.map((j) => this.values[j]);
    const right = slopeOf(node, values, inner.map((sides) => sides[0]), this.values[i], 1);
    if (!SIDED.has(node.operation) && inner.every((sides) => sides[0] === sides[1])) return [right, right];
    return [right, slopeOf(node, values, inner.map((sides) => sides[1]), this.values[i], -1)];
  }

  /** How a cell answers a move of others: the derivative when they move alike, the elasticity when they move in proportion. */
  response(cell, moved) {
    const node = this.model.nodeOf[cell];
    const parallel = this.slopes(moved, false).get(node) ?? STILL_BOTH;
    const relative = this.slopes(moved, true).get(node) ?? STILL_BOTH;
    const side = (k) => ({ derivative: numberOf(parallel[k].derivative), elasticity: numberOf(relative[k].elasticity) });
    const failed = this.faults.has(node);
    return {
      derivative: failed ? null : both(parallel, "derivative"),
      elasticity: failed ? null : both(relative, "elasticity"),
      kink: !sameSlope(...parallel) || !sameSlope(...relative),
      right: side(0),
      left: side(1),
    };
  }

  derivative(cell, moved) {
    return this.response(cell, moved).derivative;
  }

  elasticity(cell, moved) {
    return this.response(cell, moved).elasticity;
  }
}

const STILL_BOTH = Object.freeze([STILL, STILL]);

function seed(value, proportional) {
  const known = value !== null && value[0] !== 0;
  const slope = proportional
    ? { derivative: value, elasticity: ONE }
    : { derivative: ONE, elasticity: known ? divide(ONE, value) : null };
  return [slope, slope];
}

const numberOf = (pair) => (pair === null ? null : pair[0]);

/** What both sides have in common, or null. */
export function both([right, left], part) {
  if (right[part] === null || left[part] === null) return null;
  return equal(right[part], left[part]) ? right[part][0] : null;
}
