/**
 * Tables as files: CSV, TSV and JSON, made in the page and saved by the browser.
 */
import { ownTexts } from "./listing.js";
import { html } from "./vendor/preact.js";

const say = ownTexts("file", {
  zh: { saveAs: "另存为", saved: "{name} 已保存" },
  en: { saveAs: "Save as", saved: "{name} saved" },
});

const FORMULA = /^\s*[=+\-@＝＋－＠]/;
const NUMBER = /^[-+]?(?:\d[\d,]*)?\.?\d+(?:[eE][-+]?\d+)?(?:\/\d+)?%?$/;

/** A text that no spreadsheet takes for a formula; numbers stay numbers. */
function inert(value) {
  const words = value === null || value === undefined ? "" : String(value);
  return FORMULA.test(words) && !NUMBER.test(words) ? `'${words}` : words;
}

/**
 * Return a table as comma-separated text (RFC 4180), with a mark in front by which spreadsheets know UTF-8.
 * @param {string[]} columns the headings
 * @param {Array<Array<*>>} rows the cells; null is an empty cell
 */
export function csvText(columns, rows) {
  const cell = (value) => {
    const words = inert(value);
    return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
  };
  return `\ufeff${[columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Return a table as tab-separated text, one line a row. */
export function tsvText(columns, rows) {
  const cell = (value) => inert(value).replace(/[\t\r\n]+/g, " ");
  return `${[columns, ...rows].map((row) => row.map(cell).join("\t")).join("\n")}\n`;
}

/** Return a table as JSON: an object a row, and what the figures are of. */
export function jsonText(columns, rows, about) {
  const record = (row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null]));
  return `${JSON.stringify({ about, rows: rows.map(record) }, null, 1)}\n`;
}

/** Save a text as a file. */
export function save(filename, media, words) {
  const address = URL.createObjectURL(new Blob([words], { type: media }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = filename;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * What the figures of the page are of: program, data, scenario and changes, for a file that is sent around.
 * @param {object} context what every tab is given
 */
export function aboutFigures({ data, catalogue, state }) {
  const { stamp, documents } = data;
  const changed = [...state.changes.value].map(([cell, value]) => `${catalogue.cellName(cell)}=${value}`);
  return {
    bullwhip: stamp.version,
    inputs: stamp.inputs,
    data_date: stamp.data_date,
    scenario: state.scenario.value,
    set: changed,
    documents: documents.map((one) => one.id),
  };
}

const KINDS = {
  csv: ["text/csv;charset=utf-8", (table) => csvText(table.columns, table.rows)],
  tsv: ["text/tab-separated-values;charset=utf-8", (table) => tsvText(table.columns, table.rows)],
  json: ["application/json", (table, about) => jsonText(table.columns, table.rows, about)],
};

/**
 * Buttons that save a table.
 * @param {{name: string, table: () => {columns: string[], rows: Array<Array<*>>}, context: object, kinds?: string[]}} what
 *   `table` is called when a button is pressed; `name` is that of the file, without ending
 */
export function SaveButtons({ name, table, context, kinds = ["csv", "json"] }) {
  const press = (kind) => {
    const [media, write] = KINDS[kind];
    save(`${name}.${kind}`, media, write(table(), aboutFigures(context)));
    context.announce(say("saved", { name: `${name}.${kind}` }));
  };
  return html`<div class="save" role="group" aria-label=${say("saveAs")}>
    <span aria-hidden="true">${say("saveAs")}</span>
    ${kinds.map((kind) => html`<button type="button" key=${kind} onClick=${() => press(kind)}>${kind.toUpperCase()}</button>`)}
  </div>`;
}
