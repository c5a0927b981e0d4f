/**
 * What a view offers to take away: its rows as CSV and JSON, made here, and what only the server can make as links.
 *
 * Every file says which program and data it is of, under which scenario, with which drivers changed, after whose documents.
 */
import * as state from "./state.js";
import { name, text } from "./text.js";
import { html } from "./vendor/preact.js";

/**
 * Buttons for what a view shows.
 * @param {object} props `name` of the file; `table()` gives `{columns, rows}`; `server` lists what the server's export is
 *   asked for: `{label, suffix, asked}`, see `pictures`
 */
export function Offers({ context, name: file, table, server = [] }) {
  const params = { scenario: state.scenario.value, set: changedDrivers(context) };
  const link = (asked) => String(context.api.address("api/export", { ...params, ...asked }));
  return html`<div class="offers" role="group" aria-label=${text("download")}>
    <span class="soft">${text("download")}</span>
    <button type="button" onClick=${() => save(`${file}.csv`, "text/csv", toCsv(context, table()))}>CSV</button>
    <button type="button" onClick=${() => save(`${file}.json`, "application/json", toJson(context, file, table()))}>JSON</button>
    ${context.api.online &&
    server.map(({ label, suffix, asked }) => html`<a key=${label} href=${link(asked)} download=${`${file}.${suffix}`}>${label}</a>`)}
  </div>`;
}

/** A picture of the server's export as SVG and PNG; `asked` says which, beside language and period. */
export function pictures(format, asked = {}) {
  const here = { ...asked, language: state.language.value, period: state.period.value };
  const picture = format === "svg" ? "map" : format;
  return [
    { label: "SVG", suffix: "svg", asked: { ...here, format } },
    { label: "PNG", suffix: "png", asked: { ...here, format: "png", picture } },
  ];
}

/** The workbook of the server's export. */
export const WORKBOOK = { label: "XLSX", suffix: "xlsx", asked: { format: "xlsx" } };

/** The drivers that were changed by hand, as `name=value`. */
export function changedDrivers({ catalogue }) {
  return [...state.changes.value].sort(([a], [b]) => a - b).map(([cell, value]) => `${catalogue.cellName(cell)}=${value}`);
}

/** What a file says of itself. */
export function stampOf(context) {
  const { stamp, documents, workspace } = context.data;
  return {
    program: "bullwhip",
    version: stamp.version,
    workspace: workspace.id,
    inputs: stamp.inputs,
    data: stamp.data,
    data_date: stamp.data_date,
    policy: stamp.policy,
    scenario: state.scenario.value,
    period: state.period.value,
    set: [...(stamp.set ?? []), ...changedDrivers(context)],
    members: Object.fromEntries(state.members.value),
    documents: documents.map((one) => `${one.id} ${name(one.publisher)} ${one.published}: ${name(one.title)}`),
  };
}

/**
 * Rows as CSV for spreadsheets: lines of the stamp first, each with a # before it, then a head and the rows.
 * @param {{columns: string[], rows: (string|number|null)[][]}} table the rows; null is an empty field
 */
export function toCsv(context, { columns, rows }) {
  const lines = Object.entries(stampOf(context)).map(([key, value]) => [`# ${key}: ${said(value)}`]);
  return `\ufeff${[...lines, columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

/** Rows as JSON, with the stamp. */
export function toJson(context, view, { columns, rows }) {
  const records = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
  return `${JSON.stringify({ view, stamp: stampOf(context), rows: records }, null, 1)}\n`;
}

function said(value) {
  if (Array.isArray(value)) return value.join("; ");
  if (value !== null && typeof value === "object") return Object.entries(value).map(([k, v]) => `${k}=${v}`).join("; ");
  return value === null ? "" : String(value);
}

/** A text that a spreadsheet would take for a formula gets a quote before it; numbers stay numbers. */
function field(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n;#]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(file, type, content) {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  anchor.download = file;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
}

