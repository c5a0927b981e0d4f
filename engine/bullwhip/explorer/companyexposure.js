/**
 * What moves one company: its drivers with elasticity and money. It takes a pass per driver, so it follows a slider only
 * when that rests.
 */
import { QuantityLink } from "./card.js";
import { ratio } from "./format.js";
import { amount } from "./amount.js";
import * as state from "./state.js";
import { text } from "./text.js";
import { html, useEffect, useState } from "./vendor/preact.js";

const FIRST = 6;

/** The strongest drivers of a company. */
export function CompanyExposure({ context, company }) {
  const [rows, setRows] = useState(null);
  const [all, setAll] = useState(false);
  const { catalogue } = context;
  const [values, period, at] = [context.settled.value, state.period.value, state.members.value];
  useEffect(() => {
    const options = { period, by: "elasticity", at: Object.fromEntries(at) };
    const timer = setTimeout(() => setRows(context.model.companyExposure(values, company, options)), 0);
    return () => clearTimeout(timer);
  }, [values, period, at, company]);
  if (rows === null || !rows.length) return rows && html`<p class="soft">${text("noExposure")}</p>`;
  const shown = all ? rows : rows.slice(0, FIRST);
  return html`<h3 class="section">${text("movedBy")}</h3>
    <table class="elasticities">
      <caption class="soft">${text("movedByIs")}</caption>
      <thead>
        <tr>
          <th scope="col">${text("driverWord")}</th>
          <th scope="col" class="number">${text("elasticity")}</th>
          <th scope="col" class="number">${text("perPercent")}</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (row) => html`<tr key=${`${row.driver} ${row.cell}`}>
            <th scope="row">
              <${QuantityLink} ...${{ catalogue, number: row.driver }} />
              <span class="soft"> → ${catalogue.labelOf(context.data.quantities[row.quantity])}</span>
            </th>
            <td class="number">${row.sides ? `${ratio(row.sides[0])} | ${ratio(row.sides[1])}` : ratio(row.elasticity)}</td>
            <td class="number">${amount(row)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${rows.length > FIRST &&
    html`<button type="button" class="more" aria-expanded=${String(all)} onClick=${() => setAll(!all)}>
      ${all ? text("fewer") : text("showingOf", { n: shown.length, m: rows.length })}
    </button>`}`;
}
