/**
 * Where figures come from: prints with document, table, row, column, period, status and verdict, and assumptions.
 */
import * as state from "./state.js";
import { name, text } from "./text.js";
import { html } from "./vendor/preact.js";

const VERDICTS = new Set(["reproduced", "within_rounding", "contradicted", "not_derivable", "not_comparable"]);

/** One print. */
export function Print({ claim, lost = false }) {
  const said = claim.bound + claim.lexical;
  const unit = claim.unit && said.endsWith(claim.unit) ? "" : claim.unit; // `20.00%` stands in its column of percent
  const { document } = claim;
  const about = `${name(document.publisher)} ${document.published}${text("colon")}${name(document.title)}`;
  return html`<li class=${lost ? "print lost" : "print"}>
    <p class="spaced">
      <b class="printed">${`${said} ${unit}`.trim()}</b>
      <${Status} status=${claim.status} />
      ${claim.period && html`<span class="soft">${claim.period}</span>`}
      ${VERDICTS.has(claim.verdict) && html`<span class=${`verdict ${claim.verdict}`}>${text(claim.verdict)}</span>`}
    </p>
    <p class="soft where" title=${about}>
      <cite>${document.id}</cite>${" "}${[claim.locator, claim.row, claim.column].filter(Boolean).join(text("then"))}
      ${claim.page ? ` · ${text("page")} ${claim.page}` : ""}
    </p>
  </li>`;
}

/** Whether a print is an actual figure, an estimate, or a specification: a word and a line, not a colour. */
export function Status({ status }) {
  const word = { A: "actual", E: "estimate", spec: "specification" }[status];
  return html`<span class=${`status ${status === "E" ? "estimate" : "actual"}`}>${word ? text(word) : status}</span>`;
}

/** What a given cell rests on: the prints that were chosen, why, and those that lost; or an assumption. */
export function Given({ catalogue, cell, title }) {
  const given = catalogue.givenOf(cell);
  if (!given) return null;
  const byScenario = catalogue.scenarioChanges(state.scenario.value).changes.has(cell);
  const instead = state.changes.value.has(cell) ? "setInstead" : byScenario ? "setByScenario" : "";
  const prints = (numbers, lost) => numbers.map((n) => html`<${Print} key=${n} claim=${catalogue.claim(n)} lost=${lost} />`);
  return html`<div class="given">
    ${title && html`<h4>${title}</h4>`}
    ${instead && html`<p class="spaced"><span class="mark">${text(instead)}</span></p>`}
    ${given.claims.length === 0
      ? html`<p class="assumption spaced"><span class="mark">${text("assumption")}</span> ${given.note}</p>`
      : html`<ul>
            ${prints(given.claims, false)}
          </ul>
          <p class="soft">${text("chosenBecause")}${text("colon")}${given.note}</p>`}
    ${given.losers.length > 0 &&
    html`<p class="soft">${text("losers", { n: given.losers.length, policy: catalogue.data.stamp.policy })}</p>
      <ul>
        ${prints(given.losers, true)}
      </ul>`}
  </div>`;
}

/** The documents of the model, by id, with title, publisher and date. */
export function Documents({ documents }) {
  return html`<dl class="documents">
    ${documents.map(
      (one) => html`<div key=${one.id}>
        <dt>${one.id}</dt>
        <dd>${name(one.title)} · ${name(one.publisher)} · ${one.published}</dd>
      </div>`,
    )}
  </dl>`;
}
