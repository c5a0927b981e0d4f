// Exposure: which companies a driver reaches, and by how much, in the order and with the numbers of the engine.

import { divide, equal, exact, multiply } from "./pairs.js";
import { sameSlope } from "./slopes.js";

const HUNDREDTH = exact(0.01);
const LAST = "\u{10ffff}";

/**
 * The rows of a driver at a period, most exposed first; all its members and periods move together.
 * `countedIn` of a row are the quantities of other rows that hold its money: [quantity, "bought" or "part"].
 */
export function exposure(values, driver, options = {}) {
  const asked = settled(values, options);
  return ranked(values.model, counted(values, rowsOf(values, driver, asked)), asked.by);
}

/** The rows of all drivers that reach a company. */
export function companyExposure(values, company, options = {}) {
  const asked = settled(values, { ...options, company });
  asked.within = new Set(values.cone(asked.targets.map((cell) => values.model.nodeOf[cell])));
  return ranked(values.model, values.drivers().flatMap((driver) => counted(values, rowsOf(values, driver, asked))), asked.by);
}

function settled(values, { period, by = "elasticity", at = {}, company = "" }) {
  const asked = { period: period ?? values.model.data.workspace.period, by, at, company };
  const { supplies } = rosterOf(values.model);
  const supplied = new Set([...supplies.values()].filter((some) => !company || some[0].company === company).map((some) => some[0].tier));
  asked.targets = sizingCells(values.model, asked).filter((cell) => supplied.has(quantityOf(values.model, cell).tier));
  return asked;
}

const quantityOf = (model, cell) => model.data.quantities[model.data.cells.quantity[cell]];

/** The cells of the quantities that size a tier at a period; those without periods always count. */
export function sizingCells({ data }, { period, at = {} }) {
  const found = [];
  data.cells.quantity.forEach((number, cell) => {
    const quantity = data.quantities[number];
    const when = data.cells.period[cell];
    if (!quantity.tier || !quantity.measure || (when !== null && when !== period)) return;
    const fits = data.indices[data.cells.index[cell]].every(([d, m]) => {
      const { id, members } = data.dimensions[d];
      return (at[id] ?? members[m]) === members[m];
    });
    if (fits) found.push(cell);
  });
  return found;
}

/** Who supplies which tier, and what is printed of their shares and revenues; read once. */
function rosterOf(model) {
  if (!model.roster) {
    const supplies = new Map();
    const shares = new Map();
    const put = (map, one) => {
      const key = `${one.company} ${one.tier}`;
      if (!map.has(key)) map.set(key, []);
      map.get(key).push(one);
    };
    model.data.supplies.filter((supply) => supply.role === "supplier").forEach((supply) => put(supplies, supply));
    model.data.shares.forEach((share) => put(shares, share));
    const revenues = new Map(model.data.revenues.map((r) => [`${r.company} ${r.period} ${r.currency}`, r]));
    model.roster = { supplies, shares, revenues };
  }
  return model.roster;
}

function rowsOf(values, driver, asked) {
  const { model } = values;
  const slopes = values.slopes(values.driverCells(driver), true, asked.within);
  const here = new Map();
  for (const cell of asked.targets) {
    const sides = slopes.get(model.nodeOf[cell]);
    if (!sides) continue;
    const { tier } = quantityOf(model, cell);
    if (!here.has(tier)) here.set(tier, []);
    here.get(tier).push(reached(values, driver, cell, sides));
  }
  const { supplies, shares } = rosterOf(model);
  const rows = [];
  for (const [key, statements] of supplies) {
    const { company, tier } = statements[0];
    if (!here.has(tier) || (asked.company && company !== asked.company)) continue;
    for (const [each, share] of chosen(model, here.get(tier), shares.get(key) ?? [], statements)) {
      rows.push(rowOf(values, { company, tier, driver, each, share, period: asked.period }));
    }
  }
  return rows;
}

function reached(values, driver, cell, [right, left]) {
  const failed = values.hasFailed(cell);
  const kink = !failed && !sameSlope(right, left);
  const common = (part) => {
    const known = !failed && right[part] !== null && left[part] !== null;
    return known && equal(right[part], left[part]) ? right[part] : null;
  };
  const effect = common("derivative");
  const elasticity = common("elasticity");
  return {
    cell, value: failed ? null : values.pair(cell), elasticity, kink,
    effect: effect === null ? null : multiply(effect, HUNDREDTH),
    sides: kink ? [left.elasticity, right.elasticity] : null,
    reason: reasonOf(values, cell, effect, elasticity, kink),
    path: pathOf(values, driver, values.model.data.cells.quantity[cell]),
  };
}

/** Why an elasticity is not known: a code, and the cells it is for want of; null where it is known. */
function reasonOf(values, cell, effect, elasticity, kink) {
  if (kink) return { code: "kink" };
  if (values.hasFailed(cell)) return values.why(cell);
  if (elasticity !== null) return null;
  const missing = values.missing(cell);
  if (missing.length) return { code: "missing", cells: missing };
  return { code: effect !== null && values.of(cell) === 0 ? "zero" : "jump" };
}

/** The quantities on the shortest way along rules from a driver to a quantity, both included; the quantity alone where there is none. */
function pathOf(values, driver, target) {
  values.ways ??= new Map();
  if (!values.ways.has(target)) values.ways.set(target, waysTo(values, target));
  const came = values.ways.get(target);
  const path = [driver];
  if (driver !== target && !came.has(driver)) return [target];
  while (path[path.length - 1] !== target) path.push(came.get(path[path.length - 1]));
  return path;
}

function waysTo(values, target) {
  const came = new Map([[target, target]]);
  const queue = [target];
  for (const name of queue) {
    for (const read of readsOf(values, name)) {
      if (!came.has(read)) {
        came.set(read, name);
        queue.push(read);
      }
    }
  }
  return came;
}

/** The quantities that the rule of a quantity names, in the chosen variant. */
export function readsOf(values, number) {
  const quantity = values.model.data.quantities[number];
  const variant = quantity.variants.find(({ id }) => id === values.variants.get(quantity.id));
  return (variant ?? quantity.rule)?.reads ?? [];
}

/** Which sizing quantities of a tier answer for a company, with the share that applies to each. */
function chosen(model, here, shares, statements) {
  const byQuantity = new Map();
  for (const each of here) {
    const number = model.data.cells.quantity[each.cell];
    if (!byQuantity.has(number)) byQuantity.set(number, []);
    byQuantity.get(number).push(each);
  }
  const { quantities } = model.data;
  const rank = (n) => [!quantities[n].primary, quantities[n].measure !== "revenue", quantities[n].id];
  const numbers = [...byQuantity.keys()].sort((a, b) => compareKeys(rank(a), rank(b)));
  const pairs = [];
  numbers.forEach((number, k) => {
    let share = shares.find((s) => s.quantity === number) ?? null;
    if (k > 0 && share === null) return;
    if (share === null) share = shares.find((s) => s.quantity === null) ?? null;
    const reading = readingOf(model, byQuantity.get(number), statements);
    if (reading) pairs.push([reading, share]);
  });
  return pairs;
}

/** One reading among those that the statements about a company leave, the first with a known value. */
function readingOf(model, cells, statements) {
  const named = new Map();
  for (const [d, m] of statements.flatMap((s) => s.index)) named.set(d, (named.get(d) ?? new Set()).add(m));
  const fitting = cells.filter(({ cell }) =>
    model.data.indices[model.data.cells.index[cell]].every(([d, m]) => !named.has(d) || named.get(d).has(m)));
  return fitting.find((each) => each.value !== null) ?? fitting[0];
}

/** The least and the greatest share that a print allows; nothing above a lower bound is said. */
function span({ value, low, high, bound }) {
  const ends = value === null ? [exact(low), exact(high)] : [exact(value), exact(value)];
  if (bound.startsWith(">")) return [ends[0], null];
  return [bound.startsWith("<") && ends[1] !== null ? [0, 0] : ends[0], ends[1]];
}

/** A range times a number; an open end stays open, unless the number is zero. */
function scaled([low, high], factor) {
  if (factor[0] === 0 && (low !== null || high !== null)) return [[0, 0], [0, 0]];
  const ends = [low, high].map((end) => (end === null ? null : multiply(end, factor)));
  return factor[0] < 0 ? ends.reverse() : ends;
}

const NONE = [null, null];

function rowOf(values, { company, tier, driver, each, share, period }) {
  const { model } = values;
  const { data } = model;
  const number = data.cells.quantity[each.cell];
  const quantity = data.quantities[number];
  const isPart = share !== null && share.quantity === number && quantity.measure === "revenue" && each.effect !== null;
  const amount = isPart ? scaled(span(share), each.effect) : NONE;
  const row = {
    rank: 0, company, tier, quantity: number, cell: each.cell, driver, path: each.path,
    elasticity: each.elasticity?.[0] ?? null, sides: each.sides?.map((side) => side?.[0] ?? null) ?? null,
    reason: each.reason, market: each.value?.[0] ?? null, effect: each.effect?.[0] ?? null,
    share: share?.value ?? null, low: share?.low ?? null, high: share?.high ?? null, bound: share?.bound ?? "",
    sharePeriod: share?.period ?? "", shareClaim: share?.claim ?? null, currency: quantity.currency,
    scale: quantity.scale, ...amountOf(amount), weight: null,
  };
  for (const part of ["share", "low", "high"]) row[part] = exact(row[part])?.[0] ?? null;
  if (amount[0] !== null || amount[1] !== null) row.weight = weightOf(model, row, each, share, period);
  return row;
}

/** An amount as one number, or as its two ends where a print leaves a range. */
function amountOf([low, high]) {
  const one = low !== null && high !== null && low[0] === high[0];
  return { value: one ? low[0] : null, valueLow: one ? null : (low?.[0] ?? null), valueHigh: one ? null : (high?.[0] ?? null) };
}

/** The part of a company's own printed revenue that stands in the tier, and its change per 1 % of the driver; null where unknown. */
function weightOf(model, row, each, share, period) {
  const own = rosterOf(model).revenues.get(`${row.company} ${period} ${row.currency}`);
  if (!own || each.value === null) return null;
  const revenue = divide(exact(own.value), exact(row.scale));
  const part = scaled(span(share), divide(each.value, revenue));
  const effect = each.elasticity === null ? NONE : scaled(part, each.elasticity);
  const shown = ([low, high]) => [low?.[0] ?? null, high?.[0] ?? null];
  return { part: shown(part), effect: shown(effect), revenue: revenue[0], claim: own.claim };
}

/** The end of a range that lies nearer to zero: so much in any case; an end towards zero bounds nothing. */
export function sureOf([low, high]) {
  if (low === null || high === null) return low !== null && low > 0 ? low : high !== null && high < 0 ? high : null;
  return Math.abs(high) < Math.abs(low) ? high : low;
}

export const largestFirst = (size) => [size === null, size === null ? 0 : -Math.abs(size)];
export const amountEnds = (row) => (row.value === null ? [row.valueLow, row.valueHigh] : [row.value, row.value]);

function orderOf(model, row, by) {
  const known = sureOf(amountEnds(row));
  const measures = {
    elasticity: largestFirst(row.sides === null ? row.elasticity : sureOf(row.sides)),
    value: [hasAmount(row) ? row.currency : LAST, ...largestFirst(known === null ? null : known * (exact(row.scale)?.[0] ?? 1))],
    reach: [row.path.length],
  };
  const weight = largestFirst(sureOf(row.weight?.effect ?? NONE));
  const order = by === "weight" ? [weight] : [measures[by]];
  for (const name of ["elasticity", "value", "reach"]) if (name !== by) order.push(measures[name]);
  const driver = model.data.quantities[row.driver].id;
  return [...order.flat(), row.tier, row.company, driver, model.cellName(row.cell, false)];
}

export function compareKeys(a, b) {
  for (let k = 0; k < a.length; k += 1) if (a[k] !== b[k]) return a[k] < b[k] ? -1 : 1;
  return 0;
}

export const hasAmount = (row) => row.value !== null || row.valueLow !== null || row.valueHigh !== null;

/** Rows of one driver that say which others hold their money; only amounts are counted. */
function counted(values, rows) {
  const { data } = values.model;
  const chosen = JSON.stringify([...values.variants].sort());
  const match = data.counted.find(({ variants }) => JSON.stringify(Object.entries(variants).sort()) === chosen);
  const { held } = match ?? data.counted[0];
  const amounts = new Set(rows.filter(hasAmount).map((row) => row.quantity));
  const id = (number) => data.quantities[number].id;
  return rows.map((row) => {
    const rivals = held.filter(([one, other]) => hasAmount(row) && one === row.quantity && amounts.has(other));
    rivals.sort(([, a], [, b]) => (id(a) < id(b) ? -1 : 1));
    return { ...row, countedIn: rivals.map(([, other, reason]) => [other, reason]) };
  });
}

function ranked(model, rows, by) {
  const keyed = rows.map((row) => [orderOf(model, row, by), row]).sort(([a], [b]) => compareKeys(a, b));
  return keyed.map(([, row], k) => ({ ...row, rank: k + 1 }));
}
