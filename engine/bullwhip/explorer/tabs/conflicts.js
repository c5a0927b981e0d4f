/** Claims that disagree: what is printed about one thing by whom, on what basis, and which one the policy takes. */
import { answer } from "../answers.js";
import { Choice, FilterField, Waiting, everything, holds, ownTexts, useAnswer, useFirst } from "../listing.js";
import { Offers } from "../offers.js";
import { anyText, keep } from "../state.js";
import { name } from "../text.js";
import { html, render, signal } from "../vendor/preact.js";

export const id = "conflicts";
export const title = { zh: "冲突", en: "Conflicts" };

const say = ownTexts("conflicts", {
  zh: {
    conflictsLead: "对同一事物、同一指标、同一期间，印刷的数字彼此不符；或印刷的恒等式不成立。各说并存，模型取用的一项有标记。",
    conflictKind: "类别",
    conflict_value: "数值不一",
    conflict_identity: "恒等式不成立",
    conflict_whole: "份额之和过大",
    claims: "论断",
    chosen: "取用",
    chosenMark: "模型取用",
    figure: "数字",
    statusWord: "性质",
    basis: "口径",
    source: "出处",
    policyChose: "按 {policy} 取舍",
    policyNone: "未用于模型",
    differsIn: "差别在：{what}",
    difference_document: "文献",
    difference_status: "性质",
    difference_basis: "口径",
    difference_by: "引用来源",
    difference_unit: "单位",
    difference_period: "期间",
  },
  en: {
    conflictsLead: "Printed figures about the same thing, measure and period that disagree, and printed identities that do not hold. They stand side by side; the one that the model takes is marked.",
    conflictKind: "kind",
    conflict_value: "different values",
    conflict_identity: "identity does not hold",
    conflict_whole: "shares add up to more than all",
    claims: "claims",
    chosen: "taken",
    chosenMark: "the model takes this one",
    figure: "figure",
    statusWord: "status",
    basis: "basis",
    source: "source",
    policyChose: "chosen by {policy}",
    policyNone: "not used by the model",
    differsIn: "differ in: {what}",
    difference_document: "document",
    difference_status: "status",
    difference_basis: "basis",
    difference_by: "whom they cite",
    difference_unit: "unit",
    difference_period: "period",
  },
});

const KINDS = ["value", "identity", "whole"];
const DIFFERENCES = new Set(["document", "status", "basis", "by", "unit", "period"]);
const STEP = 20;

const chosen = signal("value|");
const filter = signal("");
keep("conflicts", chosen, (words) => (/^[a-z]*\|[^|]{0,80}$/.test(words) ? words : undefined));
keep("claims", filter, anyText(200));

/** Show the conflicts. */
export function mount(element, context) {
  render(html`<${Conflicts} context=${context} />`, element);
  return () => render(null, element);
}

function Conflicts({ context }) {
  const { value, problem } = useAnswer(() => answer("api/conflicts"), []);
  if (value === undefined) return html`<div class="page"><${Waiting} problem=${problem} /></div>`;
  const [kind, document] = chosen.value.split("|");
  const count = (one) => value.filter((group) => !one || group.kind === one).length;
  const listed = value.filter(
    (group) =>
      (!kind || group.kind === kind) &&
      (!document || group.claims.some((claim) => claim.report === document)) &&
      holds(searched(group), filter.value),
  );
  return html`<div class="page">
    <h2>${name(title)}</h2>
    <p class="lead">${say("conflictsLead")}</p>
    <div class="tools">
      <${Choice} id="conflict-kind" label=${say("conflictKind")} value=${kind} onChange=${(one) => (chosen.value = `${one}|${document}`)}
        options=${["", ...KINDS].map((one) => [one, `${one ? say(`conflict_${one}`) : everything()} (${count(one)})`])} />
      <${Choice} id="conflict-document" label=${say("source")} value=${document} onChange=${(one) => (chosen.value = `${kind}|${one}`)}
        options=${[["", everything()], ...context.data.documents.map((one) => [one.id, `${one.id} ${name(one.publisher)}`])]} />
      <${FilterField} id="conflict-filter" value=${filter.value} onInput=${(words) => (filter.value = words)} />
      <${Offers} name="conflicts" context=${context} table=${() => asTable(listed)} />
    </div>
    <${Groups} listed=${listed} context=${context} />
  </div>`;
}

function Groups({ listed, context }) {
  const [shown, line] = useFirst(listed, STEP, `${chosen.value} ${filter.value}`);
  return html`${line}
    <ol class="groups">
      ${shown.map((group) => html`<li key=${`${group.kind} ${group.about}`}><${Group} group=${group} context=${context} /></li>`)}
    </ol>`;
}

function Group({ group, context }) {
  const heading = headingOf(group, context);
  const basis = group.claims.some((claim) => claim.basis || claim.by);
  const columns = ["figure", "statusWord", "source", ...(basis ? ["basis"] : [])];
  const differs = (group.differs_in ?? []).filter((one) => DIFFERENCES.has(one)).map((one) => say(`difference_${one}`));
  return html`<table class="sheet claims">
    <caption>
      <strong>${heading}</strong>
      <span class=${`kind ${group.kind}`}>${say(`conflict_${group.kind}`)}</span>
      ${group.kind !== "value" && html`<span class="said" lang="en">${group.note}</span>`}
      <span class="soft">
        ${[group.kind !== "value" ? "" : group.claims.some((one) => one.selected) ? say("policyChose", { policy: group.policy ?? "" }) : say("policyNone"), differs.length ? say("differsIn", { what: differs.join(", ") }) : ""]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </caption>
    <thead>
      <tr>
        ${columns.map((one) => html`<th scope="col" key=${one} class=${one === "figure" ? "number" : ""}>${say(one)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${group.claims.map((claim) => html`<${Claim} key=${`${claim.report} ${placeOf(claim)} ${claim.printed} ${claim.line}`} claim=${claim} basis=${basis} />`)}
    </tbody>
  </table>`;
}

function Claim({ claim, basis }) {
  const unit = claim.unit && claim.unit !== "1" && !claim.printed.includes(claim.unit) ? claim.unit : "";
  return html`<tr class=${claim.selected ? "taken" : ""}>
    <td class="number">
      ${claim.selected && html`<span class="mark" role="img" aria-label=${say("chosenMark")} title=${say("chosenMark")}>✓</span>`}
      <strong>${claim.printed}</strong> ${unit}
    </td>
    <td>${claim.status}${claim.as_of ? html` <span class="soft">${claim.as_of}</span>` : ""}</td>
    <td><span class="soft">${claim.report} · ${claim.locator}</span> ${placeOf(claim)}</td>
    ${basis && html`<td>${[claim.basis, claim.by].filter(Boolean).join(" · ")}</td>`}
  </tr>`;
}

function placeOf(claim) {
  const parts = claim.row || claim.column ? [claim.row, claim.column, claim.part] : [claim.subject, claim.measure];
  return parts.filter(Boolean).join(" | ");
}

/** The name of what a conflict is about, in the language of the page where the model knows the thing. */
function headingOf(group, { data, catalogue }) {
  const [kind, id] = (group.entity ?? "").split("/");
  const known = { company: catalogue.companies, tier: catalogue.tiers }[kind]?.get(id);
  const number = catalogue.quantityNumber.get(group.quantity);
  const what = number === undefined ? group.measure : catalogue.labelOf(data.quantities[number]);
  const heading = [known ? name(known.label, id) : group.subject, what, group.period].filter(Boolean);
  return [...new Set(heading)].join(" · ") || group.about;
}

function searched(group) {
  return [group.about, group.subject, group.measure, group.period, group.note, ...group.claims.map((one) => `${one.report} ${one.locator} ${placeOf(one)} ${one.printed}`)].join(" ");
}

const COLUMNS = ["kind", "about", "period", "selected", "printed", "unit", "status", "basis", "by", "as_of", "report", "locator", "row", "column", "part", "note"];

function asTable(groups) {
  const rows = groups.flatMap((group) => group.claims.map((claim) => ({ ...claim, kind: group.kind, about: group.about, period: group.period, note: group.note })));
  return { columns: COLUMNS, rows: rows.map((row) => COLUMNS.map((column) => row[column] ?? null)) };
}
