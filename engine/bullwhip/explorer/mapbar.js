/** Above the map: what its lines mean, how much of it is in view, zoom, and downloads of what it shows. */
import { Offers, pictures, WORKBOOK } from "./offers.js";
import { chainTable } from "./chaintable.js";
import { text } from "./text.js";
import { html } from "./vendor/preact.js";

/** The bar above the map. */
export function MapBar({ context, map, counts }) {
  const found = counts.value;
  const elsewhere = context.data.companies.length - context.catalogue.placed.size;
  return html`<ul class="key" aria-label=${text("key")}>
      <li><span class="sample line-actual"></span>${text("actual")}</li>
      <li><span class="sample line-estimate"></span>${text("estimate")}</li>
      <li><span class="sample line-bare"></span>${text("keyBare")}</li>
      <li><span class="sample bar-sample"></span>${text("keyBar")}</li>
      ${map.hasOtherMarkets && html`<li>† ${text("keyOther")}</li>`}
      ${context.data.edges.some((edge) => edge.pulls) && html`<li>▷ ${text("keyPulls")}</li>`}
    </ul>
    <p class="in-view">
      ${found && (found.tiers === found.allTiers && found.companies === found.allCompanies ? text("allInView", found) : text("inView", found))}
      ${elsewhere > 0 && `${text("semicolon")}${text("elsewhere", { n: elsewhere })}`}
    </p>
    <div class="zoom">
      <button type="button" aria-label=${text("zoomOut")} onClick=${() => map.view.step(-1)}>−</button>
      <button type="button" aria-label=${text("zoomIn")} onClick=${() => map.view.step(1)}>+</button>
      <button type="button" onClick=${() => map.view.fit()}>${text("zoomFit")}</button>
      <button type="button" onClick=${() => map.view.start()}>${text("zoomReset")}</button>
      <${Offers} context=${context} name="chain" table=${() => chainTable(context)} server=${[...pictures("svg"), WORKBOOK]} />
    </div>`;
}
