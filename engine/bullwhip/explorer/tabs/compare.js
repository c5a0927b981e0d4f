/** Two scenarios side by side, or a scenario and the drivers as moved by hand: what differs, and because of what. */
import { get, online } from "../api.js";
import { byCompany, byQuantity, byTier, changedInputs } from "../differences.js";
import { difference, long, percent, ratio, short } from "../format.js";
import { Choice, Waiting, ownTexts, useAnswer, useFirst } from "../listing.js";
import { Offers } from "../offers.js";
import * as state from "../state.js";
import { name } from "../text.js";
import { html, render, useMemo, useState } from "../vendor/preact.js";

export const id = "compare";
export const title = { zh: "比较", en: "Compare" };

const say = ownTexts("compare", {
  zh: {
    lead: "两个情景并列：各环节、各指标、各公司的差别，以及差别因何而来。",
    left: "甲",
    right: "乙",
    byHand: "计入手动改动（{n} 个）",
    same: "两边相同：另选一个情景，或在“产业链”里移动驱动因素。",
    inputs: "不同的输入",
    rules: "不同的算法：{names}",
    tiers: "各环节",
    quantities: "各指标",
    companies: "各公司（按印刷份额）",
    tier: "环节",
    quantity: "指标",
    company: "公司",
    share: "份额",
    unit: "单位",
    change: "变化",
    relative: "相对",
    noShare: "另有 {n} 家公司在变动的环节供货而没有印刷份额，金额未知：{names}",
    why: "归因",
    whyOf: "归因：{name}",
    whyHand: "服务器按情景归因，手动改动造成的差别不在其中；它们列在“不同的输入”里。",
    whyNone: "服务器未给出归因：两边不都有值，或指标只在一边存在。",
    whyExact: "精确拆分（Shapley 值），各项之和等于差额",
    cause: "原因",
    part: "占差额",
    level: "起点不同",
    close: "关闭",
    points: "{n} 个百分点",
  },
  en: {
    lead: "Two scenarios side by side: the difference of every tier, quantity and company, and what it is due to.",
    left: "A",
    right: "B",
    byHand: "with changes by hand ({n})",
    same: "Both sides are the same: choose another scenario, or move a driver in the chain.",
    inputs: "Inputs that differ",
    rules: "Rules that differ: {names}",
    tiers: "Tiers",
    quantities: "Quantities",
    companies: "Companies, by printed share",
    tier: "tier",
    quantity: "quantity",
    company: "company",
    share: "share",
    unit: "unit",
    change: "change",
    relative: "relative",
    noShare: "{n} more companies supply tiers that move and have no printed share, so that their amount is unknown: {names}",
    why: "Why",
    whyOf: "Why {name} differs",
    whyHand: "The server attributes differences between scenarios; what changes by hand add is not among them. They stand under “Inputs that differ”.",
    whyNone: "The server gives no attribution: not both sides have a value.",
    whyExact: "split exactly (Shapley values); the terms add up to the difference",
    cause: "because of",
    part: "of the difference",
    level: "another start",
    close: "Close",
    points: "{n} pp",
  },
});

const STEP = 25;
const NAMED = 12;

/** Show the comparison. */
export function mount(element, context) {
  render(html`<${Compare} context=${context} />`, element);
  return () => render(null, element);
}

/** The two sides: values, and what they are called. */
function sidesOf(context, hand) {
  const { model, catalogue, data } = context;
  const left = state.compare.value || data.stamp.scenario;
  const right = state.scenario.value;
  const a = catalogue.scenarioChanges(left);
  const b = catalogue.scenarioChanges(right);
  const changes = hand ? new Map([...b.changes, ...state.changes.value]) : b.changes;
  return {
    left: { id: left, variants: a.variants, values: model.evaluate(a.changes, a.variants) },
    right: { id: right, variants: b.variants, values: model.evaluate(changes, b.variants) },
    hand: hand && state.changes.value.size > 0,
  };
}

function Compare({ context }) {
  const [hand, setHand] = useState(true);
  const { scenarios } = context.data;
  const options = scenarios.map((one) => [one.id, name(one.label, one.id)]);
  const period = state.period.value;
  const sides = useMemo(() => sidesOf(context, hand), [state.compare.value, state.scenario.value, state.changes.value, hand]);
  const [asked, setAsked] = useState(null);
  const { left, right } = sides;
  const inputs = changedInputs(context.catalogue, left.values, right.values);
  const rules = changedRules(left.variants, right.variants);
  const n = state.changes.value.size;
  return html`<div class="page">
    <h2>${name(title)}</h2>
    <p class="lead">${say("lead")}</p>
    <div class="tools">
      <${Choice} id="compare-left" label=${say("left")} value=${left.id} options=${options}
        onChange=${(one) => (state.compare.value = one === context.data.stamp.scenario ? "" : one)} />
      <${Choice} id="compare-right" label=${say("right")} value=${right.id} options=${options} onChange=${(one) => (state.scenario.value = one)} />
      <label class="choice"><input type="checkbox" checked=${hand} disabled=${n === 0} onChange=${(event) => setHand(event.target.checked)} /> ${say("byHand", { n })}</label>
    </div>
    ${inputs.length === 0 && rules.length === 0 && html`<p class="note" role="status">${say("same")}</p>`}
    <${Inputs} inputs=${inputs} rules=${rules} context=${context} />
    ${asked !== null && html`<${Why} asked=${asked} sides=${sides} period=${period} context=${context} close=${() => setAsked(null)} />`}
    <${Tiers} context=${context} sides=${sides} period=${period} ask=${setAsked} />
    <${Companies} context=${context} sides=${sides} period=${period} />
    <${Quantities} context=${context} sides=${sides} period=${period} ask=${setAsked} />
  </div>`;
}

function changedRules(a, b) {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((one) => a.get(one) !== b.get(one)).sort();
}

function Inputs({ inputs, rules, context }) {
  const { catalogue } = context;
  if (!inputs.length && !rules.length) return null;
  return html`<${Sheet} caption=${say("inputs")} heads=${[[say("quantity")], ...HEADS()]}
      rows=${inputs.map((row) => ({ key: row.cell, cells: [html`<th scope="row">${inputLabel(row.cell, context)}</th>`, ...numbers(row, catalogue)] }))} />
    ${rules.length > 0 && html`<p class="note">${say("rules", { names: rules.join(", ") })}</p>`}`;
}

/** The headings of the columns of numbers. */
function HEADS() {
  return [[say("left"), true], [say("right"), true], [say("change"), true], [say("relative"), true], [say("unit")]];
}

function numbers(row, catalogue, unit = catalogue.unitOf(row.quantity)) {
  const share = catalogue.isPercent(row.quantity) && !unit;
  const shown = (value) => (share ? percent(value) : short(value));
  const sign = row.difference > 0 ? "+" : "";
  const full = (value) => `${long(value)} ${unit}`.trim();
  return [
    html`<td class="number" title=${full(row.a)}>${shown(row.a)}</td>`,
    html`<td class="number" title=${full(row.b)}>${shown(row.b)}</td>`,
    html`<td class="number">${row.difference === null ? "" : share ? say("points", { n: `${sign}${ratio(row.difference * 100)}` }) : `${sign}${shown(row.difference)}`}</td>`,
    html`<td class=${`number ${row.difference > 0 ? "up" : row.difference < 0 ? "down" : ""}`}>${row.a === null || row.b === null ? "" : difference(row.b, row.a)}</td>`,
    html`<td>${unit}</td>`,
  ];
}

function Sheet({ caption, heads, rows, titled = false }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table class="sheet">
      <caption class=${titled ? "unseen" : ""}>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map(([words, number], at) => html`<th scope="col" key=${at} class=${number ? "number" : ""}>${words}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => html`<tr key=${row.key}>${row.cells}</tr>`)}
      </tbody>
    </table>
  </div>`;
}

/** The name of a cell for people: of its quantity, with its members. */
function cellLabel(cell, { catalogue }) {
  const members = catalogue.membersOf(cell);
  return `${catalogue.labelOf(catalogue.quantityOf(cell))}${members ? ` · ${members}` : ""}`;
}

/** The same with its period: inputs of all periods stand in one table. */
function inputLabel(cell, context) {
  const period = context.data.cells.period[cell];
  return [cellLabel(cell, context), period].filter((one) => one !== null).join(" · ");
}

function WhyButton({ cell, context, ask }) {
  if (!online) return null;
  return html`<button type="button" class="why" aria-label=${say("whyOf", { name: cellLabel(cell, context) })} onClick=${() => ask(cell)}>${say("why")}</button>`;
}

function Tiers({ context, sides, period, ask }) {
  const { catalogue } = context;
  const rows = byTier(context, sides.left.values, sides.right.values, period, state.members.value);
  return html`<div class="bar"><h3>${say("tiers")} <span class="soft">${period ?? ""}</span></h3>
      <${Offers} name="compare-tiers" context=${context} table=${() => asTable(rows, context, (row) => [row.tier.id, name(row.tier.label)])} /></div>
    <${Sheet} titled caption=${say("tiers")} heads=${[[say("tier")], [say("quantity")], ...HEADS(), [""]]}
      rows=${rows.map((row) => ({
        key: row.tier.id,
        cells: [
          html`<th scope="row">${name(row.tier.label, row.tier.id)}</th>`,
          html`<td>${cellLabel(row.cell, context)}</td>`,
          ...numbers(row, catalogue),
          html`<td>${row.difference ? html`<${WhyButton} cell=${row.cell} context=${context} ask=${ask} />` : ""}</td>`,
        ],
      }))} />`;
}

function Quantities({ context, sides, period, ask }) {
  const { catalogue } = context;
  const rows = byQuantity(context, sides.left.values, sides.right.values, period);
  const [shown, line] = useFirst(rows, STEP, `${sides.left.id} ${sides.right.id}`);
  if (!rows.length) return null;
  return html`<div class="bar"><h3>${say("quantities")} <span class="soft">${period ?? ""}</span></h3>
      <${Offers} name="compare-quantities" context=${context} table=${() => asTable(rows, context, () => [])} /></div>
    ${line}
    <${Sheet} titled caption=${say("quantities")} heads=${[[say("quantity")], ...HEADS(), [""]]}
      rows=${shown.map((row) => ({
        key: row.cell,
        cells: [html`<th scope="row">${cellLabel(row.cell, context)}</th>`, ...numbers(row, catalogue), html`<td><${WhyButton} cell=${row.cell} context=${context} ask=${ask} /></td>`],
      }))} />`;
}

function Companies({ context, sides, period }) {
  const { catalogue } = context;
  const { known, unknown } = byCompany(context, sides.left.values, sides.right.values, period, state.members.value);
  const [shown, line] = useFirst(known, STEP, `${sides.left.id} ${sides.right.id}`);
  if (!known.length && !unknown.length) return null;
  const names = unknown.slice(0, NAMED).map((row) => name(row.company?.label, row.company?.id ?? "?")).join(state.language.value === "zh" ? "、" : ", ");
  return html`<div class="bar"><h3>${say("companies")} <span class="soft">${period ?? ""}</span></h3>
      <${Offers} name="compare-companies" context=${context} table=${() => asTable(known, context, (row) => [row.company?.id, name(row.company?.label), row.share.tier, row.part])} /></div>
    ${known.length > 0 && line}
    ${known.length > 0 &&
    html`<${Sheet} titled caption=${say("companies")} heads=${[[say("company")], [say("tier")], [say("share"), true], ...HEADS()]}
      rows=${shown.map((row, at) => ({
        key: `${row.share.company} ${row.share.tier} ${row.cell} ${at}`,
        cells: [
          html`<th scope="row">${name(row.company?.label, row.share.company)}</th>`,
          html`<td>${name(row.tier?.label, row.share.tier)}</td>`,
          html`<td class="number">${percent(row.part)}</td>`,
          ...numbers(row, catalogue),
        ],
      }))} />`}
    ${unknown.length > 0 && html`<p class="note">${say("noShare", { n: unknown.length, names: unknown.length > NAMED ? `${names} …` : names })}</p>`}`;
}

/** What a difference is due to, as the server splits it. */
function Why({ asked, sides, period, context, close }) {
  const label = cellLabel(asked, context);
  const cell = context.model.cellName(asked, false);
  const { value, problem } = useAnswer(() => get("api/diff", { a: sides.left.id, b: sides.right.id, id: cell, period }), [asked, sides, period]);
  const change = (value?.answer ?? value)?.changes?.find((one) => one.terms?.length);
  return html`<section class="why-box" aria-label=${say("whyOf", { name: label })}>
    <div class="bar"><h3>${say("whyOf", { name: label })}</h3><button type="button" onClick=${close}>${say("close")}</button></div>
    ${sides.hand && html`<p class="note">${say("whyHand")}</p>`}
    ${value === undefined ? html`<${Waiting} problem=${problem} />` : change ? html`<${Terms} change=${change} context=${context} />` : !sides.hand && html`<p class="note">${say("whyNone")}</p>`}
  </section>`;
}

function Terms({ change, context }) {
  const { catalogue, data } = context;
  const label = (term) => {
    const number = catalogue.quantityNumber.get(term.quantity);
    return number === undefined ? (term.quantity ?? say("level")) : catalogue.labelOf(data.quantities[number]);
  };
  return html`<${Sheet} caption=${say("whyExact")} heads=${[[say("cause")], [say("change"), true], [say("part"), true]]}
    rows=${change.terms.map((term, at) => ({
      key: at,
      cells: [html`<th scope="row">${label(term)}</th>`, html`<td class="number">${short(term.amount)}</td>`, html`<td class="number">${percent(term.part)}</td>`],
    }))} />`;
}

function asTable(rows, { catalogue }, before) {
  const first = rows.length ? before(rows[0]).map((_, at) => ["id", "label", "tier", "share"][at]) : [];
  const columns = [...first, "quantity", "a", "b", "difference", "relative", "unit"];
  return {
    columns,
    rows: rows.map((row) => [...before(row), catalogue.cellName(row.cell), row.a, row.b, row.difference, row.relative, row.quantity.unit]),
  };
}
