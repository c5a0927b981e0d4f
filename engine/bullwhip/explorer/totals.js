// The money of each company over its tiers: without money that another row holds, and never past an unknown.

import { exact } from "./pairs.js";
import { amountEnds, compareKeys, hasAmount, largestFirst, sureOf } from "./exposure.js";

const NONE = [null, null];
const SEARCHED = 16; // how many rows of one company are searched for the greatest sum
const LAST = "\u{10ffff}";

/**
 * One total for each company and driver of rows, and each currency, largest first by what the rows are ranked by.
 * `value` and `known` are ranges in the currency itself; `value` is null at both ends where part of it is unknown.
 * `parts`, `leftOut`, `unknown`, `bounded` and `approximate` name rows by their cells.
 */
export function totals(model, rows, by = "elasticity") {
  const groups = new Map();
  for (const row of rows) {
    const key = `${row.company} ${row.driver}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const found = [];
  for (const group of groups.values()) {
    const currencies = [...new Set(group.filter(hasAmount).map((row) => row.currency))].sort();
    for (const currency of currencies.length ? currencies : [""]) found.push(totalOf(group, currency));
  }
  const keyed = found.map((total) => [orderOf(model, total, by), total]).sort(([a], [b]) => compareKeys(a, b));
  return keyed.map(([, total], k) => ({ ...total, rank: k + 1 }));
}

const scaleOf = (row) => exact(row.scale)[0];
const cellsOf = (rows) => rows.map((row) => row.cell);

function totalOf(group, currency) {
  const known = group.filter((row) => hasAmount(row) && row.currency === currency);
  const parts = apart(known);
  const unknown = group.filter((row) => isUnknown(row, group));
  const bounded = known.filter((row) => amountEnds(row).includes(null));
  const more = [...unknown, ...bounded];
  const sum = sumOf(parts.map((row) => [printed(amountEnds(row)), scaleOf(row)]));
  const ways = new Set(sum.filter((end) => end !== null).map(Math.sign));
  const agrees = (row) => row.elasticity !== null && (row.elasticity === 0 || ways.has(Math.sign(row.elasticity)));
  const elasticities = group.map((row) => row.elasticity).filter((e) => e !== null);
  return {
    rank: 0, company: group[0].company, driver: group[0].driver, currency,
    value: more.length ? NONE : sum, known: sum, atLeast: more.length > 0 && ways.size === 1 && more.every(agrees),
    atMost: sumOf(known.map((row) => [amountEnds(row), scaleOf(row)])),
    weight: more.length ? NONE : sumOf(parts.map((row) => [row.weight?.effect ?? NONE, 1])),
    elasticity: elasticities.length ? elasticities.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)) : null,
    reach: Math.min(...group.map((row) => row.path.length)),
    parts: cellsOf(parts), leftOut: cellsOf(known.filter((row) => !parts.includes(row))), unknown: cellsOf(unknown),
    bounded: cellsOf(bounded), approximate: cellsOf(parts.filter((row) => row.bound === "~" && amountEnds(row).some(Boolean))),
  };
}

/** A range, or twice the end that a bound gives. */
const printed = ([low, high]) => (low === null ? [high, high] : high === null ? [low, low] : [low, high]);

/** The sum of ranges, each at its scale; nothing where one of them is unknown or there is none. */
function sumOf(some) {
  if (!some.length || some.some(([ends]) => ends.includes(null))) return NONE;
  return [0, 1].map((end) => some.reduce((sum, [ends, scale]) => sum + ends[end] * scale, 0));
}

/** A part whose amount nobody knows, and not another measure of a tier that is known. */
function isUnknown(row, group) {
  if (hasAmount(row)) return false;
  return row.currency !== "" || !group.some((other) => hasAmount(other) && other.tier === row.tier);
}

const holds = (one, other) => other.countedIn.some(([quantity]) => quantity === one.quantity);

/** The rows with the greatest sum of which none holds money of another, in their order. */
function apart(rows) {
  const size = rows.map((row) => Math.abs((sureOf(amountEnds(row)) ?? 0) * scaleOf(row)));
  const key = (k) => [...largestFirst(sureOf(amountEnds(rows[k])) === null ? null : size[k]), k];
  const largest = rows.map((_, k) => k).sort((a, b) => compareKeys(key(a), key(b)));
  const some = largest.slice(0, SEARCHED); // beyond them the largest goes first
  const tied = (j, k) => holds(rows[j], rows[k]) || holds(rows[k], rows[j]);
  const chosen = new Set(greatest(some, tied, size)[1]);
  for (const k of largest.slice(SEARCHED)) if (![...chosen].some((j) => tied(j, k))) chosen.add(k);
  return rows.filter((_, k) => chosen.has(k));
}

function greatest(some, tied, size) {
  if (!some.length) return [0, []];
  const [first, ...rest] = some;
  const free = rest.filter((k) => !tied(k, first));
  const [sum, chosen] = greatest(free, tied, size);
  const taken = [sum + size[first], [first, ...chosen]];
  if (free.length === rest.length) return taken;
  const other = greatest(rest, tied, size);
  return other[0] > taken[0] ? other : taken;
}

function orderOf(model, total, by) {
  const measures = {
    elasticity: largestFirst(total.elasticity),
    value: [total.currency || LAST, ...largestFirst(sureOf(total.known))],
    weight: largestFirst(sureOf(total.weight)),
    reach: [total.reach],
  };
  const rest = ["elasticity", "value", "reach"].filter((name) => name !== by).map((name) => measures[name]);
  return [...[measures[by], ...rest].flat(), total.company, model.data.quantities[total.driver].id, total.currency];
}
