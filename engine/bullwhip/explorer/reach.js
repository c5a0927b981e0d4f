/**
 * Which drivers reach a quantity, the strongest first: asked at the values before any change by hand, so that nothing
 * changes places while a slider moves.
 */
import * as state from "./state.js";

const kept = new WeakMap();

/**
 * Return the drivers that a cell answers to.
 * @param {object} context what tabs are given
 * @param {number} cell the cell
 * @returns {{quantity: number, moved: number[], elasticity: number|null}[]} the strongest first; `moved` are the cells of
 *   the driver that move together
 */
export function reaching(context, cell) {
  const base = context.base.value;
  if (!kept.has(base)) kept.set(base, new Map());
  const known = kept.get(base);
  if (!known.has(cell)) known.set(cell, found(context, base, cell));
  return known.get(cell);
}

function found(context, base, cell) {
  const { catalogue, data, model } = context;
  const variants = catalogue.scenarioChanges(state.scenario.value).variants;
  const inputs = new Set([...catalogue.inputsOf(cell, variants), ...base.inputs(cell)]);
  inputs.delete(cell);
  const quantities = [...new Set([...inputs].map((one) => data.cells.quantity[one]))];
  return quantities
    .map((quantity) => {
      const moved = model.driverCells(base, quantity);
      const { elasticity, left, right } = base.response(cell, moved);
      return { quantity, moved, elasticity: elasticity ?? strongest(left.elasticity, right.elasticity) };
    })
    .filter(({ elasticity }) => elasticity !== 0)
    .sort((a, b) => size(b.elasticity) - size(a.elasticity) || a.quantity - b.quantity);
}

function strongest(left, right) {
  if (left === null || right === null) return null;
  return Math.abs(left) > Math.abs(right) ? left : right;
}

/** What is unknown stands last. */
function size(elasticity) {
  return elasticity === null ? -1 : Math.abs(elasticity);
}

/**
 * Return the drivers that the whole chain answers to: those that reach most tiers first, then the strongest.
 * @param {object} context what tabs are given
 */
export function reachingAll(context) {
  const base = context.base.value;
  if (!kept.has(base)) kept.set(base, new Map());
  const known = kept.get(base);
  const key = `all ${state.period.value} ${[...state.members.value]}`;
  if (!known.has(key)) known.set(key, foundAll(context, base));
  return known.get(key);
}

function foundAll({ catalogue, data, model }, base) {
  const cells = data.tiers
    .map((tier) => catalogue.sizeOf(tier.id))
    .filter((number) => number !== undefined)
    .map((number) => catalogue.cellAt(number, state.period.value, state.members.value))
    .filter((cell) => cell !== undefined);
  return base
    .drivers()
    .map((quantity) => {
      const moved = model.driverCells(base, quantity);
      const slopes = base.slopes(moved, true);
      const found = cells.map((cell) => slopes.get(model.nodeOf[cell])?.[0].elasticity).filter((one) => one && one[0] !== 0);
      return { quantity, moved, reached: found.length, strongest: Math.max(0, ...found.map(([high]) => Math.abs(high))) };
    })
    .filter(({ quantity, reached }) => reached > 0 || (cells.length === 0 && data.quantities[quantity].driver))
    .sort((a, b) => b.reached - a.reached || b.strongest - a.strongest || a.quantity - b.quantity);
}

/** Quantities in the order in which they tell most: those with a value, with a rule, that size a tier; then the rest. */
export function byWeight(context, numbers) {
  const { catalogue, data, base } = context;
  const rank = (number) => {
    const cell = catalogue.cellAt(number, state.period.value, state.members.value);
    const known = cell !== undefined && base.value.of(cell) !== null;
    return (known ? 0 : 4) + (data.quantities[number].rule ? 0 : 2) + (data.quantities[number].primary ? 0 : 1);
  };
  return [...numbers].sort((one, other) => rank(one) - rank(other) || one - other);
}
