/** What the map shows as rows: each tier with its figure, and each company at it with its printed share. */
import { numberOf } from "./catalogue.js";
import * as state from "./state.js";
import { name } from "./text.js";

const COLUMNS = [
  "kind", "tier", "name", "ticker", "quantity", "value", "unit", "before", "share", "share_low", "share_high", "bound", "period",
  "status", "document", "locator", "row", "column",
];

/** Return the rows of the map. */
export function chainTable({ catalogue, data, values, base }) {
  const rows = data.map[state.language.value].panels.flatMap(({ tier, boxes }) => {
    const number = catalogue.sizeOf(tier);
    const cell = number === undefined ? undefined : catalogue.cellAt(number, state.period.value, state.members.value);
    const own = row({ kind: "tier", tier, name: catalogue.tierName(tier), ...figure({ catalogue, values, base }, cell) });
    return [own, ...boxes.map(([company, , , , , , , certain, possible]) => companyRow(catalogue, company, tier, certain, possible))];
  });
  return { columns: COLUMNS, rows };
}

function figure({ catalogue, values, base }, cell) {
  if (cell === undefined) return {};
  return {
    quantity: catalogue.cellName(cell),
    value: values.value.of(cell),
    unit: catalogue.quantityOf(cell).unit,
    before: base.value.of(cell),
    period: catalogue.data.cells.period[cell],
  };
}

function companyRow(catalogue, company, tier, certain, possible) {
  const { label, ticker } = catalogue.companies.get(company) ?? {};
  const about = { kind: "company", tier, name: name(label, company), ticker: ticker ?? "" };
  const shown = catalogue.shownShare(company, tier, certain, possible);
  if (!shown) return row(about);
  const { share, claim } = shown;
  return row({
    ...about,
    quantity: share.quantity === null ? null : catalogue.data.quantities[share.quantity].id,
    share: numberOf(share.value),
    share_low: numberOf(share.low),
    share_high: numberOf(share.high),
    bound: share.bound,
    period: share.period,
    status: claim.status,
    document: claim.document.id,
    locator: claim.locator,
    row: claim.row,
    column: claim.column,
  });
}

function row(values) {
  return COLUMNS.map((column) => values[column] ?? null);
}
