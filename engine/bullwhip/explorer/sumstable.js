/** The money of each company over its tiers: the same money once, and never past what nobody knows. */
import { amount, effectText } from "./amount.js";
import { ratio } from "./format.js";
import { Head } from "./sorting.js";
import * as state from "./state.js";
import { name, text } from "./text.js";
import { html } from "./vendor/preact.js";

const first = ([low, high]) => low ?? high;

/** Columns as `Head` takes them. */
export const SUM_COLUMNS = [
  { id: "rank", text: "rank", by: (sum) => sum.rank, number: true },
  { id: "company", text: "company", by: (sum) => sum.name },
  { id: "ticker", text: "ticker", by: (sum) => sum.ticker || null },
  { id: "elasticity", text: "strongestElasticity", by: (sum) => sum.elasticity, number: true, large: true },
  { id: "money", text: "perPercent", by: (sum) => first(sum.known), number: true, large: true },
  { id: "most", text: "atMost", by: (sum) => first(sum.atMost), number: true, large: true },
  { id: "revenue", text: "ofRevenue", by: (sum) => first(sum.weight), number: true, large: true },
  { id: "said", text: "remark", by: (sum) => sum.parts.length, large: true },
];

/**
 * Return a row for each company and currency, as `bullwhip exposure --totals` adds them up.
 * @param {object} context what tabs are given
 * @param {object[]} rows all rows of a driver, with the words of their companies
 */
export function sumsOf({ model }, rows) {
  const companies = new Map(rows.map((row) => [row.company, row]));
  return model.totals(rows, "elasticity").map((sum) => {
    const { name: shown, ticker, words } = companies.get(sum.company);
    return { ...sum, key: `${sum.company} ${sum.currency}`, name: shown, ticker, words };
  });
}

/** A row of the table. */
export function SumRow({ context, row: sum, columns }) {
  const key = `company:${sum.company}`;
  const known = sum.known[0] !== null || sum.known[1] !== null;
  const money = (ends) => amount({ ...asRow(ends), currency: sum.currency });
  const same = sum.atMost.every((end, k) => end === sum.known[k]);
  const cells = {
    rank: () => html`<td class="number soft">${sum.rank}</td>`,
    company: () => html`<th scope="row"><button type="button" class="link" title=${sum.name} onClick=${() => (state.selection.value = key)}>${sum.name}</button></th>`,
    ticker: () => html`<td>${sum.ticker}</td>`,
    elasticity: () => html`<td class="number">${sum.elasticity === null ? html`<span class="soft">${text("unknown")}</span>` : ratio(sum.elasticity)}</td>`,
    money: () => html`<td class="number">${known ? `${sum.atLeast ? "≥ " : ""}${money(sum.known)}` : html`<span class="soft">${text("unknown")}</span>`}</td>`,
    most: () => html`<td class="number">${known && !same ? money(sum.atMost) : ""}</td>`,
    revenue: () => html`<td class="number">${effectText(sum.weight)}</td>`,
    said: () => html`<td title=${remark(context, sum)}>${remark(context, sum)}</td>`,
  };
  return html`<tr class=${state.selection.value === key ? "selected" : ""}>${columns.map(({ id }) => cells[id]())}</tr>`;
}

const asRow = ([low, high]) => (low === high ? { value: low, valueLow: null, valueHigh: null } : { value: null, valueLow: low, valueHigh: high });

/** What a total leaves out or does not know, in words. */
function remark(context, sum) {
  const { catalogue } = context;
  const names = (cells) => cells.map((cell) => catalogue.labelOf(catalogue.quantityOf(cell))).join(text("comma"));
  const known = sum.known[0] !== null || sum.known[1] !== null;
  const said = [];
  if (sum.leftOut.length) said.push(text("leftOut", { names: names(sum.leftOut) }));
  if ((sum.unknown.length || sum.bounded.length) && known) said.push(text(sum.atLeast ? "atLeastThis" : "knownParts"));
  else if (sum.unknown.length) said.push(text("exposedUnknown"));
  if (sum.unknown.length && known) said.push(text("unknownParts", { names: names(sum.unknown) }));
  if (sum.bounded.length) said.push(text("boundedParts", { names: names(sum.bounded) }));
  if (sum.approximate.length) said.push(text("aboutParts", { names: names(sum.approximate) }));
  return said.join(text("semicolon"));
}

/** The table of the totals as a file: fields as `bullwhip exposure --json` names them. */
export function sumsFile({ catalogue, data, model }, sums) {
  const names = (cells) => cells.map((cell) => model.cellName(cell, false)).join(" ");
  const columns = [
    "rank", "company", "name", "ticker", "driver", "currency", "value_low", "value_high", "known_low", "known_high", "at_least",
    "at_most_low", "at_most_high", "weight_effect_low", "weight_effect_high", "elasticity", "path_length", "parts", "left_out",
    "unknown", "bounded", "approximate",
  ];
  return {
    columns,
    rows: sums.map((sum) => [
      sum.rank, sum.company, name(catalogue.companies.get(sum.company)?.label, sum.company), sum.ticker, data.quantities[sum.driver].id, sum.currency,
      ...sum.value, ...sum.known, String(sum.atLeast), ...sum.atMost, ...sum.weight, sum.elasticity, sum.reach,
      names(sum.parts), names(sum.leftOut), names(sum.unknown), names(sum.bounded), names(sum.approximate),
    ]),
  };
}
