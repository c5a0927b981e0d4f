/**
 * A quantity in the panel: its value, the rule as it was written, what its symbols are, what moves it, and its sources.
 */
import { difference, long, percent, ratio, short } from "./format.js";
import { formula } from "./formula.js";
import { reaching } from "./reach.js";
import { Given, Print } from "./sources.js";
import * as state from "./state.js";
import { name, text } from "./text.js";
import { html, useLayoutEffect, useRef, useState } from "./vendor/preact.js";

const FIRST_DRIVERS = 8;
const FIRST_INPUTS = 6;
const LINE = 24; // ems of the panel; the box of a formula holds 25

/** A value with its unit as it is shown, e.g. `112.1B USD`, `30%`. */
export function shownValue(catalogue, quantity, value) {
  if (value === null || value === undefined) return text("unknown");
  if (catalogue.isPercent(quantity)) return percent(value);
  return `${short(value)} ${catalogue.unitOf(quantity)}`.trim();
}

/** The card of a quantity, at the members and the period that are chosen. */
export function QuantityCard({ context, number }) {
  const { catalogue, data } = context;
  const quantity = data.quantities[number];
  const cells = catalogue.cellsAt(number, state.period.value, state.members.value);
  const cell = cells[0];
  return html`<section class="card" aria-label=${catalogue.labelOf(quantity)}>
    <h3>${catalogue.labelOf(quantity)}${state.period.value !== null && quantity.timed && html` <span class="soft">${state.period.value}</span>`}</h3>
    ${cell === undefined
      ? html`<p class="soft">${text("noCell", { periods: periodsOf(catalogue, number).join(", ") || "–" })}</p>`
      : html`<${Value} ...${{ context, quantity, cell }} /> <${Members} ...${{ context, cells }} />`}
    <${Rule} ...${{ context, number, cell }} />
    ${cell !== undefined && html`<${Elasticities} ...${{ context, number, cell }} /> <${Sources} ...${{ context, cell }} />`}
    <p class="soft cell-name"><code>${cell === undefined ? quantity.id : catalogue.cellName(cell)}</code> · ${quantity.place}</p>
  </section>`;
}

function periodsOf(catalogue, number) {
  return [...new Set(catalogue.cellsOf[number].map((cell) => catalogue.data.cells.period[cell]))].filter((at) => at !== null);
}

function Value({ context, quantity, cell }) {
  const { catalogue, values, base } = context;
  const value = values.value.of(cell);
  const change = difference(value, base.value.of(cell));
  const set = state.changes.value.has(cell);
  return html`<p class="value" data-testid="value">
      <strong>${shownValue(catalogue, quantity, value)}</strong>
      ${change && html` <span class=${change.startsWith("▲") ? "up" : "down"}>${change}</span>`}
      ${set && html` <span class="mark">${text("setByHand")}</span>`}
    </p>
    ${value === null
      ? html`<${Why} ...${{ context, cell }} />`
      : html`<p class="soft">${long(value)} ${catalogue.unitOf(quantity)}</p>`}`;
}

/** Why a value is unknown: which inputs nobody prints, or which operation has no result. */
function Why({ context, cell }) {
  const { catalogue, values } = context;
  const why = values.value.why(cell);
  if (!why) return null;
  if (why.code !== "missing") return html`<p class="unknown">${text("undefinedValue")}${text("colon")}${why.text}</p>`;
  const shown = why.cells.slice(0, 6);
  return html`<p class="unknown">
    ${text("unknownBecause")}${text("colon")}
    ${shown.map((one, at) => html`${at > 0 && text("comma")}<${QuantityLink} key=${one} ...${{ catalogue, cell: one }} />`)}
    ${why.cells.length > shown.length && ` ${text("andMore", { n: why.cells.length - shown.length })}`}
  </p>`;
}

/** A button that opens another quantity in the panel. */
export function QuantityLink({ catalogue, cell, number }) {
  const quantity = cell === undefined ? catalogue.data.quantities[number] : catalogue.quantityOf(cell);
  const members = cell === undefined ? "" : catalogue.membersOf(cell);
  const open = () => {
    if (cell !== undefined) readAtMembersOf(catalogue, cell);
    state.selection.value = `quantity:${quantity.id}`;
  };
  return html`<button type="button" class="link" onClick=${open}>
    ${catalogue.labelOf(quantity)}${members && ` (${members})`}
  </button>`;
}

/** Choose the members of a cell, unless they are what is read already. */
function readAtMembersOf(catalogue, cell) {
  const { cells, dimensions } = catalogue.data;
  if (catalogue.cellAt(cells.quantity[cell], cells.period[cell], state.members.value) === cell) return;
  const next = new Map(state.members.value);
  for (const [d, m] of catalogue.indexOf(cell)) next.set(dimensions[d].id, dimensions[d].members[m]);
  state.members.value = next;
}

/** The other members of a quantity, with their values; one of them is read. */
function Members({ context, cells }) {
  const { catalogue, data, values } = context;
  if (cells.length < 2) return null;
  const choose = (cell) => readAtMembersOf(catalogue, cell);
  const ordered = [...cells].sort((a, b) => a - b);
  return html`<div class="members">
    <h4 id="members">${catalogue.indexOf(cells[0]).map(([d]) => name(data.dimensions[d].label, data.dimensions[d].id)).join(" · ")}</h4>
    <ul role="listbox" aria-labelledby="members" tabindex="0" onKeyDown=${(event) => walk(event, ordered, cells[0], choose)}>
      ${ordered.map(
        (cell) => html`<li key=${cell} role="option" aria-selected=${String(cell === cells[0])} onClick=${() => choose(cell)}>
          <span>${catalogue.membersOf(cell)}</span>
          <span class="number">${shownValue(catalogue, catalogue.quantityOf(cell), values.value.of(cell))}</span>
        </li>`,
      )}
    </ul>
  </div>`;
}

function walk(event, cells, current, choose) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = cells[cells.indexOf(current) + step];
  if (next !== undefined) choose(next);
}

/** The rule as authored, with a legend of its symbols. */
function Rule({ context, number, cell }) {
  const { catalogue, data } = context;
  const quantity = data.quantities[number];
  const variants = catalogue.scenarioChanges(state.scenario.value).variants;
  const rule = quantity.variants.find((one) => one.id === variants.get(quantity.id)) ?? quantity.rule;
  if (!rule) return quantity.driver ? html`<p class="soft">${text("isDriver")}</p>` : null;
  if (cell !== undefined && data.cells.definition[cell] < 0) return html`<p class="soft">${text("givenHere")}</p>`;
  return html`<h4>${text("formula")}</h4>
    <p class="defines">${catalogue.labelOf(quantity)} =</p>
    <${Formula} ...${{ context, rule }} />
    <${Legend} ...${{ context, rule, cell }} />
    <p class="soft"><code class="rule">${quantity.id} = ${rule.text}</code></p>
    ${quantity.source && html`<p class="soft">${text("after")} ${quantity.source}</p>`}
    ${quantity.note && html`<p class="soft">${quantity.note}</p>`}`;
}

function Formula({ context, rule }) {
  const place = useRef(null);
  const language = state.language.value;
  useLayoutEffect(() => {
    place.current.replaceChildren(formula(rule.formula, { model: context.model, language, width: LINE }));
  }, [rule, language]);
  return html`<div class="formula" ref=${place} tabindex="0" role="group" aria-label=${text("formula")}></div>`;
}

/** What the symbols of a rule are: name, value, unit; each opens its own card. */
function Legend({ context, rule, cell }) {
  const { catalogue, data, values } = context;
  return html`<table class="legend">
    <caption class="unseen">${text("symbols")}</caption>
    <thead class="unseen">
      <tr><th scope="col">${text("symbol")}</th><th scope="col">${text("valueWord")}</th></tr>
    </thead>
    <tbody>
      ${readAt(catalogue, rule, cell).map(({ number, read }) => {
        const value = read === undefined ? null : values.value.of(read);
        const given = read === undefined ? null : catalogue.givenOf(read);
        const at = read === undefined ? null : data.cells.period[read];
        const other = at !== null && at !== data.cells.period[cell];
        return html`<tr key=${read ?? `none ${number}`}>
          <th scope="row">
            <${QuantityLink} ...${read === undefined ? { catalogue, number } : { catalogue, cell: read }} />
            ${other && html` <span class="soft">${at}</span>`}
          </th>
          <td class="number">
            ${shownValue(catalogue, data.quantities[number], value)}
            ${given && given.claims.length === 0 && html` <span class="mark" title=${given.note}>${text("assumptionShort")}</span>`}
          </td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

/** What the symbols of a rule stand for at a cell: one cell each, several where the rule adds up, none where it has none. */
function readAt(catalogue, rule, cell) {
  const variants = catalogue.scenarioChanges(state.scenario.value).variants;
  const cells = cell === undefined ? [] : catalogue.readsOf(cell, variants);
  return rule.reads.flatMap((number) => {
    const own = cells.filter((one) => catalogue.data.cells.quantity[one] === number);
    return own.length ? own.map((read) => ({ number, read })) : [{ number, read: undefined }];
  });
}

/** What one percent more of each driver does to the quantity. */
function Elasticities({ context, cell }) {
  const [all, setAll] = useState(false);
  const { catalogue, settled } = context;
  const rows = reaching(context, cell);
  if (!rows.length) return null;
  const now = settled.value;
  const shown = all ? rows : rows.slice(0, FIRST_DRIVERS);
  return html`<h4>${text("elasticities")}</h4>
    <table class="elasticities">
      <caption class="soft">${text("elasticitiesAre")}</caption>
      <thead class="unseen">
        <tr><th scope="col">${text("driverWord")}</th><th scope="col">${text("elasticity")}</th></tr>
      </thead>
      <tbody>
        ${shown.map(({ quantity, moved }) => {
          const { elasticity, left, right } = now.response(cell, moved);
          return html`<tr key=${quantity}>
            <th scope="row"><${QuantityLink} ...${{ catalogue, number: quantity }} /></th>
            <td class="number">
              ${elasticity !== null
                ? ratio(elasticity)
                : left.elasticity !== null && right.elasticity !== null
                  ? html`<span title=${text("kink")}>${ratio(left.elasticity)} | ${ratio(right.elasticity)}</span>`
                  : text("unknown")}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${rows.length > FIRST_DRIVERS &&
    html`<button type="button" class="more" aria-expanded=${String(all)} onClick=${() => setAll(!all)}>
      ${all ? text("fewer") : text("showingOf", { n: shown.length, m: rows.length })}
    </button>`}`;
}

/** The prints that a value rests on, input by input, and those that print the value itself. */
function Sources({ context, cell }) {
  const [all, setAll] = useState(false);
  const { catalogue } = context;
  const variants = catalogue.scenarioChanges(state.scenario.value).variants;
  const inputs = catalogue.inputsOf(cell, variants);
  const own = inputs.includes(cell);
  const printed = own ? [] : (catalogue.claimsOf.get(cell) ?? []);
  const shown = all ? inputs : inputs.slice(0, FIRST_INPUTS);
  return html`<h4>${text("sources")}</h4>
    ${printed.length > 0 &&
    html`<p class="soft">${text("printedToo")}</p>
      <ul>
        ${printed.map((n) => html`<${Print} key=${n} claim=${catalogue.claim(n)} />`)}
      </ul>`}
    ${inputs.length === 0 && html`<p class="soft">${text("noSources")}</p>`}
    ${shown.map((one) => {
      const period = catalogue.data.cells.period[one];
      const title = own ? "" : [catalogue.labelOf(catalogue.quantityOf(one)), catalogue.membersOf(one), period].filter(Boolean).join(" · ");
      return html`<${Given} key=${one} catalogue=${catalogue} cell=${one} title=${title} />`;
    })}
    ${inputs.length > FIRST_INPUTS &&
    html`<button type="button" class="more" aria-expanded=${String(all)} onClick=${() => setAll(!all)}>
      ${all ? text("fewer") : text("inputsOf", { n: shown.length, m: inputs.length })}
    </button>`}`;
}
