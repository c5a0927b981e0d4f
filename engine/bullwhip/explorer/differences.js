/**
 * What differs between two sets of values: tiers, quantities, companies. No page in here.
 */

/**
 * Return a difference as numbers; null where a side is unknown.
 * @param {number|null} a before
 * @param {number|null} b after
 */
export function differ(a, b) {
  const known = a !== null && b !== null;
  return { a, b, difference: known ? b - a : null, relative: known && a !== 0 ? b / a - 1 : null };
}

/** Whether two numbers differ by more than the noise of doubles. */
export function moves({ a, b }) {
  if (a === null || b === null) return a !== b;
  return Math.abs(b - a) > 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

/** Whether a cell is what values start from: given by a print or an assumption, or left open for the reader's own. */
function isInput({ data, given }, cell) {
  return given.has(cell) || data.cells.definition[cell] < 0;
}

/**
 * Return the inputs that differ: what the two sides start from.
 * @param {object} catalogue names and look-ups
 * @param {object} left values
 * @param {object} right values
 */
export function changedInputs(catalogue, left, right) {
  return catalogue.data.cells.quantity
    .map((_, cell) => cell)
    .filter((cell) => isInput(catalogue, cell))
    .map((cell) => ({ cell, quantity: catalogue.quantityOf(cell), ...differ(left.of(cell), right.of(cell)) }))
    .filter(moves);
}

/** Return each tier with the quantity that sizes it in a period, on both sides; tiers without one are left out. */
export function byTier({ data, catalogue }, left, right, period, members) {
  return data.tiers.flatMap((tier) => {
    const number = catalogue.sizeOf(tier.id);
    const cell = number === undefined ? undefined : catalogue.cellAt(number, period, members);
    if (cell === undefined) return [];
    return [{ tier, cell, quantity: data.quantities[number], ...differ(left.of(cell), right.of(cell)) }];
  });
}

/** Return every cell of a period that differs and is no input, the strongest change first. */
export function byQuantity({ data, catalogue }, left, right, period) {
  const rows = [];
  data.cells.quantity.forEach((quantity, cell) => {
    const at = data.cells.period[cell];
    if ((at !== null && at !== period) || isInput(catalogue, cell)) return;
    const row = { cell, quantity: data.quantities[quantity], ...differ(left.of(cell), right.of(cell)) };
    if (moves(row)) rows.push(row);
  });
  return rows.sort(byStrength);
}

/**
 * Return the companies with a printed share of a tier's money that differs, and those at such tiers without one.
 * @returns {{known: object[], unknown: object[]}} `known` by the size of the change
 */
export function byCompany({ data, catalogue }, left, right, period, members) {
  const known = [];
  const seen = new Set();
  for (const share of data.shares) {
    const cell = catalogue.cellAt(share.quantity, period, members);
    if (cell === undefined || share.value === null) continue;
    const size = differ(left.of(cell), right.of(cell));
    if (!moves(size)) continue;
    seen.add(`${share.company} ${share.tier}`);
    const part = Number(share.value);
    const times = (value) => (value === null ? null : value * part);
    known.push({ share, part, cell, quantity: data.quantities[share.quantity], company: catalogue.companies.get(share.company), tier: catalogue.tiers.get(share.tier), ...differ(times(size.a), times(size.b)) });
  }
  return { known: known.sort(bySize), unknown: withoutShare(data, catalogue, left, right, { period, members, seen }) };
}

function withoutShare(data, catalogue, left, right, { period, members, seen }) {
  const moving = new Map(byTier({ data, catalogue }, left, right, period, members).filter(moves).map((row) => [row.tier.id, row]));
  const unknown = [];
  for (const one of data.supplies) {
    const key = `${one.company} ${one.tier}`;
    if (one.role !== "supplier" || !moving.has(one.tier) || seen.has(key)) continue;
    seen.add(key);
    unknown.push({ company: catalogue.companies.get(one.company), tier: catalogue.tiers.get(one.tier), relative: moving.get(one.tier).relative });
  }
  return unknown.sort((one, other) => Math.abs(other.relative ?? 0) - Math.abs(one.relative ?? 0));
}

function byStrength(one, other) {
  const strength = (row) => (row.relative === null ? Number.MAX_VALUE : Math.abs(row.relative));
  return strength(other) - strength(one) || one.cell - other.cell;
}

function bySize(one, other) {
  return Math.abs(other.difference ?? 0) - Math.abs(one.difference ?? 0);
}
