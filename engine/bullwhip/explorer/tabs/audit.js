/** Printed figures recomputed and judged: counts by document and table, and each figure with what it follows from. */
import { answer } from "../answers.js";
import { long } from "../format.js";
import { Choice, FilterField, Waiting, everything, holds, ownTexts, useAnswer, useFirst } from "../listing.js";
import { Offers } from "../offers.js";
import { anyText, keep } from "../state.js";
import { name } from "../text.js";
import { html, render, signal, useMemo, useState } from "../vendor/preact.js";

export const id = "audit";
export const title = { zh: "核算", en: "Audit" };

const say = ownTexts("audit", {
  zh: {
    auditLead: "凡能由其他印刷数字或模型推出的数字都重新计算，用精确的舍入区间判定，不设容差。",
    reproduced: "复现",
    within_rounding: "舍入范围内",
    contradicted: "矛盾",
    not_derivable: "无法推导",
    auditByDocument: "各文献的判定",
    document: "文献",
    total: "合计",
    table: "图表",
    verdict: "判定",
    place: "出处",
    printed: "印刷",
    standsFor: "可代表",
    recomputed: "重算",
    method: "算法",
    auditReads: "由这些数字算出",
    auditHypotheses: "可能的笔误",
    auditSuspects: "最可能有误的数字",
    auditNeeded: "应为 {low} 至 {high}",
    auditDetails: "{figure} 的细节",
    auditNotInFile: "单文件不含无法推导的 {n} 个数字，只计其数；用 bullwhip serve 打开可看到。",
    auditFigures: "数字",
    range: "{from} 至 {to}",
  },
  en: {
    auditLead: "Every printed figure that follows from others, or from the model, is computed again and judged by exact rounding intervals, never by a tolerance.",
    reproduced: "reproduced",
    within_rounding: "within rounding",
    contradicted: "contradicted",
    not_derivable: "not derivable",
    auditByDocument: "Verdicts by document",
    document: "document",
    total: "total",
    table: "table",
    verdict: "verdict",
    place: "place",
    printed: "printed",
    standsFor: "stands for",
    recomputed: "recomputed",
    method: "method",
    auditReads: "Computed from",
    auditHypotheses: "Slips that would explain it",
    auditSuspects: "Figures most likely wrong",
    auditNeeded: "would have to be {low} to {high}",
    auditDetails: "Details of {figure}",
    auditNotInFile: "The {n} figures that nothing reaches are counted here and not listed; bullwhip serve lists them.",
    auditFigures: "Figures",
    range: "{from} to {to}",
  },
});

const VERDICTS = ["contradicted", "within_rounding", "reproduced", "not_derivable"];
const MARKS = { contradicted: "✗", within_rounding: "≈", reproduced: "✓", not_derivable: "–" };
const STEP = 60;

/** What is chosen, kept in the address: verdict, document and table with bars between, and a filter. */
const chosen = signal("contradicted||");
const filter = signal("");
keep("audit", chosen, (words) => (/^[a-z_]*\|[^|]{0,80}\|[^|]{0,200}$/.test(words) ? words : undefined));
keep("figures", filter, anyText(200));

/** Show the audit. */
export function mount(element, context) {
  render(html`<${Audit} context=${context} />`, element);
  return () => render(null, element);
}

function Audit({ context }) {
  const { value, problem } = useAnswer(() => answer("api/audit"), []);
  if (value === undefined) return html`<div class="page"><${Waiting} problem=${problem} /></div>`;
  return html`<div class="page">
    <h2>${name(title)}</h2>
    <p class="lead">${say("auditLead")}</p>
    <${ByDocument} audit=${value} context=${context} />
    <${Figures} audit=${value} context=${context} />
  </div>`;
}

/** A table of counts; each count is a button that chooses what it counts. */
function ByDocument({ audit, context }) {
  const counts = useMemo(() => countedBy(audit.rows, audit.documents, (row) => row.report), [audit]);
  const documents = new Map(context.data.documents.map((one) => [one.id, one]));
  const choose = (verdict, document) => () => (chosen.value = `${verdict}|${document}|`);
  const cells = (document, of) =>
    VERDICTS.map((verdict) => {
      const on = chosen.value.startsWith(`${verdict}|${document}|`);
      return html`<td class="number" key=${verdict}>
        <button type="button" class="count" aria-pressed=${String(on)} onClick=${choose(verdict, document)}>
          <span class="unseen">${say(verdict)} ${document} </span>${of[verdict] ?? 0}
        </button>
      </td>`;
    });
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${say("auditByDocument")}>
    <table class="sheet counts">
      <caption>
        ${say("auditByDocument")}
      </caption>
      <thead>
        <tr>
          <th scope="col">${say("document")}</th>
          ${VERDICTS.map((one) => html`<th scope="col" class="number" key=${one}><${Verdict} of=${one} /></th>`)}
        </tr>
      </thead>
      <tbody>
        ${[...counts].map(
          ([document, of]) => html`<tr key=${document}>
            <th scope="row">${document} <span class="soft">${name(documents.get(document)?.publisher)}</span></th>
            ${cells(document, of)}
          </tr>`,
        )}
        <tr class="sum">
          <th scope="row">${say("total")}</th>
          ${cells("", audit.summary)}
        </tr>
      </tbody>
    </table>
  </div>`;
}

function countedBy(rows, known, key) {
  if (known) return new Map(known.map((one) => [one.document, one]));
  const found = new Map();
  for (const row of rows) {
    const of = found.get(key(row)) ?? {};
    of[row.verdict] = (of[row.verdict] ?? 0) + 1;
    found.set(key(row), of);
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function Verdict({ of }) {
  return html`<span class=${`verdict ${of}`}><span aria-hidden="true">${MARKS[of]}</span> ${say(of)}</span>`;
}

function Figures({ audit, context }) {
  const [verdict, document, locator] = chosen.value.split("|");
  const [open, setOpen] = useState("");
  const rows = audit.rows.filter(
    (row) => (!verdict || row.verdict === verdict) && (!document || row.report === document),
  );
  const places = [...countedBy(rows, null, (row) => row.locator)].map(([place, of]) => [place, Object.values(of).reduce((a, b) => a + b)]);
  const listed = rows.filter((row) => (!locator || row.locator === locator) && holds(searched(row), filter.value));
  const [shown, line] = useFirst(listed, STEP, `${chosen.value} ${filter.value}`);
  const set = (one, other, third) => (chosen.value = `${one}|${other}|${third}`);
  const missing = audit.omitted && (!verdict || verdict === "not_derivable") ? audit.omitted : 0;
  return html`<h3>${say("auditFigures")}</h3>
    <div class="tools">
      <${Choice} id="audit-verdict" label=${say("verdict")} value=${verdict} onChange=${(one) => set(one, document, "")}
        options=${[["", everything()], ...VERDICTS.map((one) => [one, say(one)])]} />
      <${Choice} id="audit-document" label=${say("document")} value=${document} onChange=${(one) => set(verdict, one, "")}
        options=${[["", everything()], ...context.data.documents.map((one) => [one.id, `${one.id} ${name(one.publisher)}`])]} />
      <${Choice} id="audit-table" label=${say("table")} value=${locator} onChange=${(one) => set(verdict, document, one)}
        options=${[["", everything()], ...places.map(([place, n]) => [place, `${place} (${n})`])]} />
      <${FilterField} id="audit-filter" value=${filter.value} onInput=${(words) => (filter.value = words)} />
      <${Offers} name="audit" context=${context} table=${() => asTable(listed)} />
    </div>
    ${missing > 0 && html`<p class="note">${say("auditNotInFile", { n: missing })}</p>`}
    ${line}
    <div class="scroll" tabindex="0" role="region" aria-label=${say("auditFigures")}>
      <table class="sheet">
        <thead>
          <tr>
            ${["verdict", "place", "printed", "standsFor", "recomputed", "method"].map(
              (one) => html`<th scope="col" key=${one} class=${NUMBERS.has(one) ? "number" : ""}>${say(one)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${shown.map((row) => html`<${Figure} key=${keyOf(row)} row=${row} open=${open === keyOf(row)} toggle=${() => setOpen(open === keyOf(row) ? "" : keyOf(row))} />`)}
        </tbody>
      </table>
    </div>`;
}

const NUMBERS = new Set(["printed", "standsFor", "recomputed"]);

function keyOf(row) {
  return [row.report, row.locator, row.row, row.column, row.part, row.printed, row.subject, row.measure].join("\t");
}

function Figure({ row, open, toggle }) {
  const place = placeOf(row);
  const key = keyOf(row);
  const main = html`<tr class=${open ? "open" : ""}>
    <td>
      <button type="button" class="opener" aria-expanded=${String(open)} aria-label=${say("auditDetails", { figure: `${row.printed} ${place}` })} onClick=${toggle}>
        <span aria-hidden="true">${open ? "▾" : "▸"}</span>
      </button>
      <${Verdict} of=${row.verdict} />
    </td>
    <td><span class="soft">${row.report} · ${row.locator}</span><br />${place}</td>
    <td class="number">${row.printed} <span class="soft">${unitBeside(row.printed, row.unit)}</span></td>
    <td class="number">${between(row.printed_low, row.printed_high)}</td>
    <td class="number">${row.recomputed === null ? "" : long(row.recomputed)}</td>
    <td class="code">${row.rule ?? ""}</td>
  </tr>`;
  if (!open) return main;
  return [main, html`<tr class="details" key=${`${key} details`}><td colspan="6"><${Details} row=${row} /></td></tr>`];
}

function Details({ row }) {
  return html`<p lang="en">${row.explanation}</p>
    ${row.recomputed_exact && html`<p class="soft">${say("recomputed")} = <span class="code">${row.recomputed_exact}</span> ${row.unit}</p>`}
    <${Places} heading="auditReads" figures=${row.reads} />
    ${row.hypotheses.length > 0 &&
    html`<h4>${say("auditHypotheses")}</h4>
      <ul lang="en">
        ${row.hypotheses.map((one) => html`<li key=${one}>${one}</li>`)}
      </ul>`}
    <${Places} heading="auditSuspects" figures=${row.suspects} />`;
}

function Places({ heading, figures }) {
  if (!figures.length) return null;
  return html`<h4>${say(heading)}</h4>
    <ul>
      ${figures.map((one) => {
        const needed = between(one.needed_low ?? null, one.needed_high ?? null);
        return html`<li key=${keyOf(one)}>
          <strong>${one.printed}</strong> ${unitBeside(one.printed, one.unit)}
          <span class="soft"> ${one.report} · ${one.locator} · ${placeOf(one)}</span>
          ${needed && html` · ${say("auditNeeded", { low: long(one.needed_low), high: long(one.needed_high) })}`}
        </li>`;
      })}
    </ul>`;
}

/** Row, column and part of a table, or subject and measure of a sentence. */
function placeOf(row) {
  const parts = row.row || row.column ? [row.row, row.column, row.part] : [row.subject, row.measure, row.period];
  return parts.filter(Boolean).join(" | ");
}

/** A print may hold its unit; it does not stand twice. */
function unitBeside(printed, unit) {
  return unit && unit !== "1" && !String(printed).includes(unit) ? unit : "";
}

function between(low, high) {
  if (low === null && high === null) return "";
  if (low === undefined || high === undefined) return "";
  const [from, to] = [low === null ? "−∞" : long(low), high === null ? "∞" : long(high)];
  return low === null || low >= 0 ? `${from} – ${to}` : say("range", { from, to }); // a dash before a minus cannot be read
}

function searched(row) {
  return [row.report, row.locator, row.row, row.column, row.part, row.subject, row.measure, row.printed, row.rule, row.explanation].join(" ");
}

const COLUMNS = ["verdict", "report", "locator", "row", "column", "part", "subject", "measure", "period", "printed", "unit",
  "printed_low", "printed_high", "recomputed_exact", "rule", "explanation", "hypotheses", "suspects"];

function asTable(rows) {
  const flat = (value) => (Array.isArray(value) ? value.map((one) => (typeof one === "string" ? one : `${one.printed} (${placeOf(one)})`)).join("; ") : value);
  return { columns: COLUMNS, rows: rows.map((row) => COLUMNS.map((column) => flat(row[column] ?? null))) };
}
