/** The table of exposure: rows as the engine ranks them, under the values that the sliders give. */
import { amount, effectText } from "./amount.js";
import { QuantityLink, shownValue } from "./card.js";
import { plain, shareText } from "./catalogue.js";
import { ratio } from "./format.js";
import { Offers, pictures, WORKBOOK } from "./offers.js";
import { reachingAll } from "./reach.js";
import { Head, sorted } from "./sorting.js";
import * as state from "./state.js";
import { SUM_COLUMNS, SumRow, sumsFile, sumsOf } from "./sumstable.js";
import { name, text } from "./text.js";
import { html, useRef } from "./vendor/preact.js";

const MARGIN = 20; // rows

/** Columns: an id for the address, a text, what it sorts by, and whether large comes first. */
const COLUMNS = [
  { id: "rank", text: "rank", by: (row) => row.rank, number: true },
  { id: "company", text: "company", by: (row) => row.name },
  { id: "ticker", text: "ticker", by: (row) => row.ticker || null },
  { id: "tier", text: "tier", by: (row) => row.tierName },
  { id: "through", text: "through", by: (row) => row.throughName },
  { id: "elasticity", text: "elasticity", by: (row) => row.elasticity, number: true, large: true },
  { id: "share", text: "share", by: (row) => row.share ?? row.low ?? row.high, number: true, large: true },
  { id: "market", text: "market", by: (row) => row.market, number: true, large: true },
  { id: "money", text: "perPercent", by: (row) => row.value ?? row.valueLow ?? row.valueHigh, number: true, large: true },
  { id: "counted", text: "countedIn", by: (row) => row.countedText || null },
  { id: "revenue", text: "ofRevenue", by: (row) => row.weight?.effect[0] ?? row.weight?.effect[1] ?? null, number: true, large: true },
];

/** The driver that the ranking is about: the chosen one, else the first that reaches most tiers. */
export function shownDriver(context) {
  const chosen = context.catalogue.quantityNumber.get(state.driver.value);
  return chosen ?? reachingAll(context)[0]?.quantity;
}

/** The ranking with its controls: tier by tier, or the total of each company. */
export function Ranking({ context }) {
  const place = useRef(null);
  const driver = shownDriver(context);
  if (driver === undefined) return html`<p class="empty">${text("rankingNone")}</p>`;
  const summed = state.totals.value === "company";
  const each = rowsOf(context, driver);
  const all = summed ? sumsOf(context, each) : each;
  const wanted = plain(state.filter.value);
  const columns = (summed ? SUM_COLUMNS : COLUMNS).filter((one) => SELDOM[one.id]?.(all) ?? true);
  const rows = sorted(wanted ? all.filter((row) => row.words.includes(wanted)) : all, columns);
  const unknown = rows.filter(isUnknown).length;
  const stays = outOfView(place.current, rows.length, context.settled.value !== context.values.value);
  const file = summed ? { name: "exposure-totals", table: () => sumsFile(context, rows) } : { name: "exposure", table: () => rankingFile(context, rows) };
  const said = { driver: context.catalogue.labelOf(context.data.quantities[driver]), period: state.period.value ?? "" };
  return html`<div class="ranking-head">
      <label class="choice"><span>${text("driverWord")}</span><${DriverChoice} ...${{ context, driver }} /></label>
      <label class="choice"
        ><span>${text("filter")}</span>
        <input type="search" value=${state.filter.value} placeholder=${text("filterHint")} maxlength="200" onInput=${(event) => (state.filter.value = event.target.value)}
      /></label>
      <button type="button" class="toggle" aria-pressed=${String(summed)} title=${text("totalsAre")} onClick=${() => (state.totals.value = summed ? "" : "company")}>
        ${text("totals")}
      </button>
      <p class="in-view" role="status">${text("rowsShown", { n: rows.length, m: all.length })} · ${text("amountUnknown", { n: unknown })}</p>
      <${Offers} context=${context} ...${file} server=${[...pictures("bars", { driver: context.data.quantities[driver].id }), WORKBOOK]} />
    </div>
    <div class="rank-scroll" ref=${place} tabindex="0" role="group" aria-label=${text("rankingName")}>
      <table class=${summed ? "ranking-table sums" : "ranking-table"}>
        <caption>${text(summed ? "totalsCaption" : "rankingCaption", said)}</caption>
        <colgroup>${columns.map((column) => html`<col key=${column.id} class=${`col-${column.id}`} />`)}</colgroup>
        <thead><tr>${columns.map((column) => html`<${Head} key=${column.id} column=${column} />`)}</tr></thead>
        <tbody>${rows.map((row, k) => html`<${InView} key=${row.key} as=${summed ? SumRow : Row} stays=${stays(k)} ...${{ context, row, columns }} />`)}</tbody>
      </table>
      <p class="soft note">${text(!all.length ? "rankingEmpty" : summed ? "totalsNote" : "rankingNote")}</p>
    </div>`;
}

/** Which rows wait until the slider rests: those far out of view. */
function outOfView(place, count, moves) {
  if (!moves || place === null) return () => false;
  const seen = (pixels) => (pixels / place.scrollHeight) * count;
  const [first, last] = [seen(place.scrollTop) - MARGIN, seen(place.scrollTop + place.clientHeight) + MARGIN];
  return (k) => k < first || k > last;
}

/** A row that may stay as it was last: what is the same element is not compared. */
function InView({ as, stays, ...given }) {
  const shown = useRef(null);
  if (!stays || shown.current === null) shown.current = html`<${as} ...${given} />`;
  return shown.current;
}

/** Columns that are shown only where something would stand in them. */
const SELDOM = {
  revenue: (rows) => rows.some((row) => effectText(row.weight?.effect ?? row.weight ?? [null, null])), // most companies print none
  counted: (rows) => rows.some((row) => row.countedIn.length),
  most: (rows) => rows.some((sum) => sum.leftOut.length),
  said: (rows) => rows.some((sum) => sum.leftOut.length + sum.unknown.length + sum.bounded.length + sum.approximate.length),
};

/** Whether nothing is known of the money of a row or of a total. */
function isUnknown(row) {
  const [low, high] = row.known ?? [row.value ?? row.valueLow, row.valueHigh];
  return low === null && high === null;
}

function DriverChoice({ context, driver }) {
  const { catalogue, data } = context;
  const reached = reachingAll(context).map(({ quantity }) => quantity);
  const numbers = reached.includes(driver) ? reached : [driver, ...reached];
  const choose = (event) => (state.driver.value = event.target.value);
  return html`<select value=${data.quantities[driver].id} onChange=${choose}>
    ${numbers.map((number) => html`<option key=${number} value=${data.quantities[number].id}>${catalogue.labelOf(data.quantities[number])}</option>`)}
  </select>`;
}

function Row({ context, row, columns }) {
  const { catalogue, data } = context;
  const key = `company:${row.company}@${row.tier}`;
  const has = (id) => columns.some((column) => column.id === id);
  const unknown = html`<span class="soft">${text("unknown")}</span>`;
  return html`<tr class=${state.selection.value === key ? "selected" : ""}>
    <td class="number soft">${row.rank}</td>
    <th scope="row"><button type="button" class="link" title=${row.name} onClick=${() => (state.selection.value = key)}>${row.name}</button></th>
    <td>${row.ticker}</td>
    <td><button type="button" class="link plain" title=${row.tierName} onClick=${() => (state.selection.value = `tier:${row.tier}`)}>${row.tierName}</button></td>
    <td title=${row.path.map((number) => catalogue.labelOf(data.quantities[number])).join(" → ")}><${QuantityLink} ...${{ catalogue, cell: row.cell }} /></td>
    <td class="number">${row.sides ? `${ratio(row.sides[0])} | ${ratio(row.sides[1])}` : row.elasticity === null ? unknown : ratio(row.elasticity)}</td>
    <td class="number">${row.shareClaim === null ? html`<span class="soft">${text("notPrinted")}</span>` : shareText({ ...row, value: row.share })}</td>
    <td class="number">${row.market === null ? unknown : shownValue(catalogue, data.quantities[row.quantity], row.market)}</td>
    <td class="number">
      ${row.countedIn.length > 0 && html`<span class="again" title=${row.countedText}>⊂</span> `}${isUnknown(row) ? unknown : amount(row)}
    </td>
    ${has("counted") && html`<td class="soft" title=${row.countedText}>${row.countedText}</td>`}
    ${has("revenue") && html`<td class="number">${row.weight ? effectText(row.weight.effect) : ""}</td>`}
  </tr>`;
}

/** Which rows hold the money of a row, and why: it is bought for what they count, or is a part of it. */
function countedText({ catalogue, data }, { countedIn }) {
  const held = (reason) => countedIn.filter(([, one]) => one === reason).map(([number]) => catalogue.labelOf(data.quantities[number]));
  const said = (reason, key) => (held(reason).length ? [text(key, { names: held(reason).join(text("comma")) })] : []);
  return [...said("part", "partOf"), ...said("bought", "boughtFor")].join(text("semicolon"));
}

/**
 * Return the rows of a driver with names and words, most exposed first.
 * @param {object} context what tabs are given
 * @param {number} driver the number of a quantity
 */
export function rowsOf(context, driver) {
  const { catalogue, data, model, values } = context;
  const options = { period: state.period.value, by: "elasticity", at: atOf(context) };
  return model.exposure(values.value, driver, options).map((row) => {
    const { label, ticker } = catalogue.companies.get(row.company) ?? {};
    return {
      ...row,
      key: `${row.company} ${row.tier} ${row.cell}`,
      name: name(label, row.company),
      ticker: ticker ?? "",
      tierName: catalogue.tierName(row.tier),
      throughName: catalogue.labelOf(data.quantities[row.quantity]),
      words: wordsOf(catalogue, row.company),
      countedText: row.countedIn.length ? countedText(context, row) : "",
    };
  });
}

const kept = new WeakMap();

/** What a company is found by; folded once, for a slider asks for all companies at every move. */
function wordsOf(catalogue, company) {
  if (!kept.has(catalogue)) kept.set(catalogue, new Map());
  const known = kept.get(catalogue);
  if (!known.has(company)) {
    const { label, ticker, aliases = [] } = catalogue.companies.get(company) ?? {};
    known.set(company, plain([...(label ?? []), ticker, company, ...aliases].join(" ")));
  }
  return known.get(company);
}

/** Alternatives are read at one member each: the chosen one, else the first, as the commands do. */
function atOf({ data }) {
  const alternatives = data.dimensions.filter((one) => one.alternatives);
  return Object.fromEntries(alternatives.flatMap(({ id }) => (state.members.value.has(id) ? [[id, state.members.value.get(id)]] : [])));
}

/** The rows as a file; what is counted in other rows as `bullwhip exposure --all` writes it, with the reasons in the same order. */
export function rankingFile({ catalogue, data }, rows) {
  const columns = ["rank", "company", "name", "ticker", "tier", "quantity", "driver", "elasticity", "share", "share_low", "share_high", "bound", "market", "value_per_percent", "value_low", "value_high", "currency", "counted_in", "counted_as", "document", "locator"];
  return {
    columns,
    rows: rows.map((row) => {
      const claim = row.shareClaim === null ? null : catalogue.claim(row.shareClaim);
      return [
        row.rank, row.company, row.name, row.ticker, row.tier, catalogue.cellName(row.cell), data.quantities[row.driver].id, row.elasticity,
        row.share, row.low, row.high, row.bound, row.market, row.value, row.valueLow, row.valueHigh, row.currency,
        row.countedIn.map(([number]) => data.quantities[number].id).join(" "), row.countedIn.map(([, reason]) => reason).join(" "),
        claim?.document.id ?? null, claim?.locator ?? null,
      ];
    }),
  };
}
