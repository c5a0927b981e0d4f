/**
 * Results of a query as a table for people: values without datatypes, names with prefixes; the full terms on demand.
 */
import { csvText, save, tsvText } from "../files.js";
import { ownTexts, useFirst } from "../listing.js";
import { html, useState } from "../vendor/preact.js";

const say = ownTexts("results", {
  zh: {
    caption: "查询结果",
    rows: "{n} 行",
    time: "{ms} 毫秒",
    cut: "；已按上限截断，实际更多",
    yes: "是",
    no: "否",
    answerIs: "答案：{word}",
    fullTerms: "显示完整的项",
    saveAs: "另存为",
    statements: "{n} 行文本（Turtle）",
    empty: "没有结果",
  },
  en: {
    caption: "Results of the query",
    rows: "{n} rows",
    time: "{ms} ms",
    cut: "; cut at the limit, there are more",
    yes: "yes",
    no: "no",
    answerIs: "The answer is: {word}",
    fullTerms: "full terms",
    saveAs: "Save as",
    statements: "{n} lines of Turtle",
    empty: "no rows",
  },
});

const STEP = 100;
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMERIC = /^(?:integer|decimal|double|float|long|int|short|byte|nonNegativeInteger|positiveInteger|nonPositiveInteger|negativeInteger|unsigned\w+)$/;

/**
 * Show what came back.
 * @param {{result: object, prefixes: Map<string, string>}} what `result` is `{kind: "table"|"ask"|"text", …, milliseconds}`
 */
export function Results({ result, prefixes }) {
  if (result.kind === "ask") {
    return html`<p class="asked" role="status">${say("answerIs", { word: say(result.answer ? "yes" : "no") })} <span class="soft">${timed(result)}</span></p>`;
  }
  if (result.kind === "text") return html`<${Statements} result=${result} />`;
  return html`<${Rows} result=${result} prefixes=${prefixes} />`;
}

function timed(result) {
  return say("time", { ms: Math.round(result.milliseconds) });
}

function Statements({ result }) {
  const lines = result.text.split("\n").length - 1;
  return html`<div class="tools"><span role="status">${say("statements", { n: lines })} · ${timed(result)}</span>
      <button type="button" onClick=${() => save("result.ttl", "text/turtle;charset=utf-8", result.text)}>Turtle</button></div>
    <pre class="statements" tabindex="0" role="region" aria-label=${say("caption")}>${result.text.slice(0, 200_000)}</pre>`;
}

function Rows({ result, prefixes }) {
  const [full, setFull] = useState(false);
  const [shown, line] = useFirst(result.rows, STEP, String(result.number));
  const numeric = result.columns.map((_, at) => result.rows.some((row) => row[at]) && result.rows.every((row) => !row[at] || isNumber(row[at])));
  return html`<div class="tools">
      <span role="status"><strong>${say("rows", { n: result.rows.length })}</strong>${result.cut ? say("cut") : ""} · ${timed(result)}</span>
      <label class="choice"><input type="checkbox" checked=${full} onChange=${(event) => setFull(event.target.checked)} /> ${say("fullTerms")}</label>
      <${SaveResult} result=${result} />
    </div>
    ${result.rows.length > STEP && line}
    <div class="scroll results" tabindex="0" role="region" aria-label=${say("caption")}>
      <table class="sheet">
        <thead>
          <tr>
            ${result.columns.map((one, at) => html`<th scope="col" key=${one} class=${numeric[at] ? "number" : ""}>${one}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map((row, number) => html`<tr key=${number}>
            ${row.map((term, at) => html`<td key=${at} class=${numeric[at] ? "number" : ""} title=${term ? written(term) : null}>${term ? (full ? written(term) : brief(term, prefixes)) : ""}</td>`)}
          </tr>`)}
        </tbody>
      </table>
      ${result.rows.length === 0 && html`<p class="note">${say("empty")}</p>`}
    </div>`;
}

function SaveResult({ result }) {
  const table = (cell) => [result.columns, result.rows.map((row) => row.map((term) => (term ? cell(term) : "")))];
  const kinds = {
    CSV: () => save("result.csv", "text/csv;charset=utf-8", csvText(...table((term) => term.value))),
    TSV: () => save("result.tsv", "text/tab-separated-values;charset=utf-8", tsvText(...table((term) => term.value))),
    JSON: () => save("result.json", "application/sparql-results+json", `${JSON.stringify(result.raw, null, 1)}\n`),
  };
  return html`<div class="save" role="group" aria-label=${say("saveAs")}>
    <span aria-hidden="true">${say("saveAs")}</span>
    ${Object.entries(kinds).map(([kind, press]) => html`<button type="button" key=${kind} onClick=${press}>${kind}</button>`)}
  </div>`;
}

function isNumber(term) {
  return term.type === "literal" && (term.datatype ?? "").startsWith(XSD) && NUMERIC.test(term.datatype.slice(XSD.length));
}

/** A term as people read it. */
export function brief(term, prefixes) {
  if (term.type === "triple") {
    const { subject, predicate, object } = term.value;
    return `<< ${[subject, predicate, object].map((one) => brief(one, prefixes)).join(" ")} >>`;
  }
  if (term.type === "bnode") return `_:${term.value}`;
  if (term.type !== "uri") return readable(term.value);
  let found = `<${term.value}>`;
  for (const [prefix, start] of prefixes) {
    const local = term.value.slice(start.length);
    if (term.value.startsWith(start) && /^[\w.~%/=-]+$/.test(local) && prefix.length + local.length + 1 < found.length) found = `${prefix}:${local}`;
  }
  return found;
}

/** An exact fraction as a rounded number; any other text as it is. */
function readable(text) {
  const fraction = /^(-?\d{1,300})\/(\d{1,300})$/.exec(text);
  if (!fraction) return text;
  const value = Number(fraction[1]) / Number(fraction[2]);
  return Number.isFinite(value) ? `≈ ${value.toLocaleString("en-US", { maximumSignificantDigits: 8 })}` : text;
}

/** A term in full, as N-Triples writes it. */
export function written(term) {
  if (term.type === "triple") {
    const { subject, predicate, object } = term.value;
    return `<< ${[subject, predicate, object].map(written).join(" ")} >>`;
  }
  if (term.type === "uri") return `<${term.value}>`;
  if (term.type === "bnode") return `_:${term.value}`;
  const language = term["xml:lang"];
  const datatype = term.datatype && term.datatype !== `${XSD}string` ? `^^<${term.datatype}>` : "";
  return `${JSON.stringify(term.value)}${language ? `@${language}` : datatype}`;
}
