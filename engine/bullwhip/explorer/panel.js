/**
 * The panel beside the map: what is selected, with its figures, formula, sources, and the ways to what lies beside it.
 */
import { QuantityCard, QuantityLink, shownValue } from "./card.js";
import { shareText } from "./catalogue.js";
import { CompanyExposure } from "./companyexposure.js";
import { byWeight } from "./reach.js";
import { Documents, Print, Status } from "./sources.js";
import * as state from "./state.js";
import { name, text } from "./text.js";
import { effect, html, signal, untracked } from "./vendor/preact.js";

const LONGEST = 50;

/** What was selected before, the latest last: a formula is followed to its inputs and back. */
const trail = signal([]);
let current = "";
let goingBack = false;

effect(() => {
  const now = state.selection.value;
  untracked(() => {
    if (!now) trail.value = [];
    else if (current && !goingBack) trail.value = [...trail.value, current].slice(-LONGEST);
    current = now;
    goingBack = false;
  });
});

function back() {
  const before = trail.value.at(-1);
  trail.value = trail.value.slice(0, -1);
  goingBack = true;
  state.selection.value = before;
}

/** The panel; nothing where nothing is selected. */
export function Panel({ context }) {
  const chosen = context.catalogue.selected(state.selection.value);
  if (!chosen) return null;
  const Kind = { tier: TierPanel, company: CompanyPanel, edge: EdgePanel, quantity: QuantityPanel }[chosen.kind];
  const close = () => {
    const key = state.selection.value;
    state.selection.value = "";
    const inMap = `.map [data-key="${CSS.escape(key)}"][role="button"]`;
    (document.querySelector(inMap) ?? document.querySelector('.map [tabindex="0"]') ?? document.getElementById("view")).focus();
  };
  return html`<div class="panel-in" onKeyDown=${(event) => event.key === "Escape" && close()}>
    ${trail.value.length > 0 && html`<button type="button" class="link back" onClick=${back}>‹ ${text("back")}</button>`}
    <button type="button" class="close" aria-label=${text("close")} onClick=${close}>×</button>
    <${Kind} key=${state.selection.value} context=${context} chosen=${chosen} />
    ${context.data.documents.length > 0 &&
    html`<details>
      <summary>${text("documents")}</summary>
      <${Documents} documents=${context.data.documents} />
    </details>`}
  </div>`;
}

function Title({ kind, children }) {
  return html`<p class="what">${text(kind)}</p>
    <h2>${children}</h2>`;
}

/** A button that selects something of the chain. */
export function Go({ to, children }) {
  return html`<button type="button" class="link" onClick=${() => (state.selection.value = to)}>${children}</button>`;
}

function TierPanel({ context, chosen }) {
  const { catalogue, data } = context;
  const tier = catalogue.tiers.get(chosen.id);
  const main = catalogue.sizeOf(chosen.id) ?? tier.quantities[0];
  const others = tier.quantities.filter((number) => number !== main);
  return html`<${Title} kind="tier">${name(tier.label, tier.id)}</${Title}>
    ${main === undefined ? html`<p class="soft">${text("tierBare")}</p>` : html`<${QuantityCard} ...${{ context, number: main }} />`}
    ${others.length > 0 && html`<${Quantities} ...${{ context, numbers: others, title: text("moreQuantities") }} />`}
    <${Neighbours} ...${{ data, catalogue, tier: tier.id }} />
    <${Companies} ...${{ catalogue, tier: tier.id }} />`;
}

/** Quantities by name and value; each opens its own card. */
function Quantities({ context, numbers, title }) {
  const { catalogue, data, values } = context;
  return html`<h3 class="section">${title}</h3>
    <table class="legend">
      <caption class="unseen">${title}</caption>
      <thead class="unseen">
        <tr><th scope="col">${text("quantity")}</th><th scope="col">${text("valueWord")}</th></tr>
      </thead>
      <tbody>
        ${numbers.map((number) => {
          const cell = catalogue.cellAt(number, state.period.value, state.members.value);
          const shown = cell === undefined ? text("notInPeriod") : shownValue(catalogue, data.quantities[number], values.value.of(cell));
          return html`<tr key=${number}>
            <th scope="row"><${QuantityLink} ...${{ catalogue, number }} /></th>
            <td class="number">${shown}</td>
          </tr>`;
        })}
      </tbody>
    </table>`;
}

function Neighbours({ data, catalogue, tier }) {
  const list = (title, edges, end) =>
    edges.length > 0 &&
    html`<h3 class="section">${title}</h3>
      <ul class="inline">
        ${edges.map((edge) => {
          const key = `${edge.source}>${edge.target}`;
          return html`<li key=${key}>
            <${Go} to=${`edge:${key}`}>${catalogue.tierName(edge[end])}</${Go}>${edge.pulls ? html` <span class="soft">${text("pulls")}</span>` : ""}
          </li>`;
        })}
      </ul>`;
  return html`${list(text("suppliedBy"), data.edges.filter((edge) => edge.target === tier), "source")}
  ${list(text("suppliesTo"), data.edges.filter((edge) => edge.source === tier), "target")}`;
}

function Companies({ catalogue, tier }) {
  const companies = catalogue.companiesAt(tier);
  if (!companies.length) return html`<p class="soft">${text("noCompanies")}</p>`;
  const shares = companies.map((id) => (catalogue.sharesOf.get(id) ?? []).filter((one) => one.tier === tier));
  return html`<h3 class="section">${text("companies")}</h3>
    <table class="legend companies">
      <caption class="soft">${text("companiesShares", { n: companies.length, m: shares.filter((some) => some.length).length })}</caption>
      <thead>
        <tr><th scope="col">${text("company")}</th><th scope="col" class="number">${text("share")}</th></tr>
      </thead>
      <tbody>
        ${companies.map(
          (id, at) => html`<tr key=${id}>
            <th scope="row"><${Go} to=${`company:${id}@${tier}`}>${name(catalogue.companies.get(id)?.label, id)}</${Go}></th>
            <td class="number">${shares[at].length ? html`${shareText(shares[at][0])} <${Status} status=${catalogue.claim(shares[at][0].claim).status} />` : html`<span class="soft">${text("notPrinted")}</span>`}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
}

function CompanyPanel({ context, chosen }) {
  const { catalogue } = context;
  const company = catalogue.companies.get(chosen.id);
  const other = company.label.find((one) => one && one !== name(company.label));
  const tiers = [...new Set((catalogue.suppliesOf.get(company.id) ?? []).map((one) => one.tier))];
  return html`<${Title} kind="company">${name(company.label, company.id)}</${Title}>
    <p class="soft">${[other, company.ticker || text("noTicker"), company.parent && `${text("parent")} ${name(catalogue.companies.get(company.parent)?.label, company.parent)}`].filter(Boolean).join(" · ")}</p>
    ${company.aliases.length > 0 && html`<p class="soft">${text("aliases")}${text("colon")}${company.aliases.join(text("comma"))}</p>`}
    <${Shares} ...${{ catalogue, company: company.id, at: chosen.at }} />
    <${CompanyExposure} context=${context} company=${company.id} />
    ${tiers.length === 0 && html`<p class="soft">${text("noTier")}</p>`}
    ${tiers.map((tier) => html`<${Supplies} key=${tier} ...${{ catalogue, company: company.id, tier }} />`)}`;
}

function Shares({ catalogue, company, at }) {
  const shares = catalogue.sharesOf.get(company) ?? [];
  const ordered = [...shares].sort((one, other) => (other.tier === at) - (one.tier === at));
  const prints = [...new Set(ordered.map((one) => one.claim))]; // one print may be read as a share of several markets
  return html`<h3 class="section">${text("shares")}</h3>
    ${shares.length === 0 && html`<p class="soft">${text("noShareLong")}</p>`}
    ${prints.map((claim) => {
      const same = ordered.filter((one) => one.claim === claim);
      return html`<div key=${claim} class="given">
        <p><strong>${shareText(same[0])}</strong> · <${Go} to=${`tier:${same[0].tier}`}>${catalogue.tierName(same[0].tier)}</${Go}></p>
        ${same.map(
          (share, number) => html`<p key=${number} class="spaced">
            <span class="soft">${text("shareOf")}</span>
            ${share.quantity === null ? html`<span class="soft">${text("marketNotModelled")}</span>` : html`<${QuantityLink} ...${{ catalogue, number: share.quantity }} />`}
          </p>`,
        )}
        <ul>
          <${Print} claim=${catalogue.claim(claim)} />
        </ul>
      </div>`;
    })}`;
}

function Supplies({ catalogue, company, tier }) {
  const statements = catalogue.suppliesOf.get(company).filter((one) => one.tier === tier);
  return html`<h3 class="section">${text("atTier")} <${Go} to=${`tier:${tier}`}>${catalogue.tierName(tier)}</${Go}></h3>
    <ul>
      ${statements.map(
        (one, at) => html`<li key=${at} class="print">
          <p class="spaced">${text(`role_${one.role}`)}${one.segment && `${text("colon")}${one.segment}`}${one.stance && html` <span class="soft">${one.stance}</span>`}</p>
          <p class="soft where"><cite>${catalogue.data.documents[one.document].id}</cite> ${one.locator}${one.line ? ` · ${text("line")} ${one.line}` : ""}</p>
          ${one.note && html`<p class="soft">${one.note}</p>`}
        </li>`,
      )}
    </ul>`;
}

function EdgePanel({ context, chosen }) {
  const { catalogue } = context;
  const [source, target] = chosen.id.split(">");
  const edge = catalogue.edges.get(chosen.id);
  const status = catalogue.edgeStatus(chosen.id, state.period.value);
  const [first, ...others] = byWeight(context, edge.quantities);
  return html`<${Title} kind="edge"><${Go} to=${`tier:${source}`}>${catalogue.tierName(source)}</${Go}> → <${Go} to=${`tier:${target}`}>${catalogue.tierName(target)}</${Go}></${Title}>
    <p class="soft">
      ${edge.pulls ? text("edgePulls") : text("edgeSupplies")} ${status !== "bare" && html`<${Status} status=${status === "actual" ? "A" : "E"} />`}
    </p>
    ${first === undefined ? html`<p>${text("edgeBare")}</p>` : html`<${QuantityCard} ...${{ context, number: first }} />`}
    ${others.length > 0 && html`<${Quantities} ...${{ context, numbers: others, title: text("edgeQuantities") }} />`}`;
}

function QuantityPanel({ context, chosen }) {
  const { catalogue, data } = context;
  const number = catalogue.quantityNumber.get(chosen.id);
  const quantity = data.quantities[number];
  const usedBy = data.quantities.flatMap((one, at) => (one.rule?.reads.includes(number) ? [at] : []));
  return html`<p class="what">${text(quantity.driver ? "driverWord" : "quantity")}</p>
    <${QuantityCard} ...${{ context, number }} />
    ${quantity.driver &&
    html`<p>
      <button type="button" onClick=${() => ((state.driver.value = quantity.id), (state.tab.value = "ranking"))}>${text("whoIsExposed")}</button>
    </p>`}
    ${quantity.tier && html`<p><span class="soft">${text("tier")}</span> <${Go} to=${`tier:${quantity.tier}`}>${catalogue.tierName(quantity.tier)}</${Go}></p>`}
    ${usedBy.length > 0 && html`<${Quantities} ...${{ context, numbers: usedBy, title: text("usedBy") }} />`}`;
}
