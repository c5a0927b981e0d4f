/**
 * Texts as files, saved by the browser, and tables as CSV and TSV with nothing but their rows, as an endpoint would give them.
 */
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
