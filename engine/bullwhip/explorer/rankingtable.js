/** The table of exposure: rows as the engine ranks them, under the values that the sliders give. */
import { amount } from "./amount.js";
import { QuantityLink, shownValue } from "./card.js";
import { shareText } from "./catalogue.js";
import { percent, ratio } from "./format.js";
import { Offers, pictures, WORKBOOK } from "./offers.js";
import { reachingAll } from "./reach.js";
import * as state from "./state.js";
import { name, text } from "./text.js";
import { html } from "./vendor/preact.js";

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
  { id: "revenue", text: "ofRevenue", by: (row) => row.weight?.effect[0] ?? row.weight?.effect[1] ?? null, number: true, large: true },
];

/** The driver that the ranking is about: the chosen one, else the first that reaches most tiers. */
export function shownDriver(context) {
  const chosen = context.catalogue.quantityNumber.get(state.driver.value);
  return chosen ?? reachingAll(context)[0]?.quantity;
}

/** The ranking with its controls. */
export function Ranking({ context }) {
  const driver = shownDriver(context);
  if (driver === undefined) return html`<p class="empty">${text("rankingNone")}</p>`;
  const all = rowsOf(context, driver);
  const wanted = plain(state.filter.value);
  const rows = sorted(wanted ? all.filter((row) => row.words.includes(wanted)) : all);
  const columns = COLUMNS.filter((one) => one.id !== "revenue" || all.some((row) => row.weight)); // most companies print none
  const unknown = rows.filter((row) => row.value === null && row.valueLow === null && row.valueHigh === null).length;
  return html`<div class="ranking-head">
      <label class="choice"><span>${text("driverWord")}</span><${DriverChoice} ...${{ context, driver }} /></label>
      <label class="choice"
        ><span>${text("filter")}</span>
        <input type="search" value=${state.filter.value} placeholder=${text("filterHint")} maxlength="200" onInput=${(event) => (state.filter.value = event.target.value)}
      /></label>
      <p class="in-view" role="status">${text("rowsShown", { n: rows.length, m: all.length })} · ${text("amountUnknown", { n: unknown })}</p>
      <${Offers} context=${context} name="exposure" table=${() => rankingTable(context, rows)} server=${[...pictures("bars", { driver: context.data.quantities[driver].id }), WORKBOOK]} />
    </div>
    <div class="rank-scroll" tabindex="0" role="group" aria-label=${text("rankingName")}>
      <table class="ranking-table">
        <caption>${text("rankingCaption", { driver: context.catalogue.labelOf(context.data.quantities[driver]), period: state.period.value ?? "" })}</caption>
        <colgroup>${columns.map((column) => html`<col key=${column.id} class=${`col-${column.id}`} />`)}</colgroup>
        <thead><tr>${columns.map((column) => html`<${Head} key=${column.id} column=${column} />`)}</tr></thead>
        <tbody>${rows.map((row) => html`<${Row} key=${row.key} ...${{ context, row, weighed: columns.length === COLUMNS.length }} />`)}</tbody>
      </table>
      <p class="soft note">${text(all.length ? "rankingNote" : "rankingEmpty")}</p>
    </div>`;
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

function Head({ column }) {
  const [down, by] = state.order.value.startsWith("-") ? [true, state.order.value.slice(1)] : [false, state.order.value || "rank"];
  const shown = by === column.id;
  const next = shown ? (down ? column.id : `-${column.id}`) : column.large ? `-${column.id}` : column.id;
  return html`<th scope="col" class=${column.number ? "number" : ""} aria-sort=${shown ? (down ? "descending" : "ascending") : null}>
    <button type="button" class="sort" onClick=${() => (state.order.value = next === "rank" ? "" : next)}>
      ${text(column.text)}<span class="arrow" aria-hidden="true">${shown ? (down ? " ▼" : " ▲") : ""}</span>
    </button>
  </th>`;
}

function Row({ context, row, weighed }) {
  const { catalogue, data } = context;
  const key = `company:${row.company}@${row.tier}`;
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
    <td class="number">${row.value === null && row.valueLow === null && row.valueHigh === null ? unknown : amount(row)}</td>
    ${weighed && html`<td class="number">${row.weight ? weightText(row.weight.effect) : ""}</td>`}
  </tr>`;
}

function weightText([low, high]) {
  if (low !== null && high !== null && low !== high) return `${percent(low, true)} – ${percent(high, true)}`;
  if (low === null && high === null) return "";
  if (low === null) return `≤ ${percent(high, true)}`;
  return high === null ? `≥ ${percent(low, true)}` : percent(low, true);
}

function rowsOf(context, driver) {
  const { catalogue, data, model, values } = context;
  const options = { period: state.period.value, by: "elasticity", at: atOf(context) };
  return model.exposure(values.value, driver, options).map((row) => {
    const { label, ticker, aliases = [] } = catalogue.companies.get(row.company) ?? {};
    const words = plain([...(label ?? []), ticker, row.company, ...aliases].join(" "));
    return {
      ...row,
      key: `${row.company} ${row.tier} ${row.cell}`,
      name: name(label, row.company),
      ticker: ticker ?? "",
      tierName: catalogue.tierName(row.tier),
      throughName: catalogue.labelOf(data.quantities[row.quantity]),
      words,
    };
  });
}

/** Alternatives are read at one member each: the chosen one, else the first, as the commands do. */
function atOf({ data }) {
  const alternatives = data.dimensions.filter((one) => one.alternatives);
  return Object.fromEntries(alternatives.flatMap(({ id }) => (state.members.value.has(id) ? [[id, state.members.value.get(id)]] : [])));
}

function sorted(rows) {
  const down = state.order.value.startsWith("-");
  const column = COLUMNS.find((one) => one.id === state.order.value.replace("-", ""));
  if (!column) return rows;
  const sign = down ? -1 : 1;
  const order = (one, other) => {
    const [a, b] = [column.by(one), column.by(other)];
    if (a === null || b === null) return (a === null) - (b === null); // what is unknown stands last either way
    return sign * (typeof a === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang));
  };
  return [...rows].sort((one, other) => order(one, other) || one.rank - other.rank);
}

function plain(words) {
  return words.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}

function rankingTable({ catalogue, data }, rows) {
  const columns = ["rank", "company", "name", "ticker", "tier", "quantity", "driver", "elasticity", "share", "share_low", "share_high", "bound", "market", "value_per_percent", "value_low", "value_high", "currency", "document", "locator"];
  return {
    columns,
    rows: rows.map((row) => {
      const claim = row.shareClaim === null ? null : catalogue.claim(row.shareClaim);
      return [
        row.rank, row.company, row.name, row.ticker, row.tier, catalogue.cellName(row.cell), data.quantities[row.driver].id, row.elasticity,
        row.share, row.low, row.high, row.bound, row.market, row.value, row.valueLow, row.valueHigh, row.currency,
        claim?.document.id ?? null, claim?.locator ?? null,
      ];
    }),
  };
}
