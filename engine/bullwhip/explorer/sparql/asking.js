/** Asking the endpoint: a query as text, its answer as rows, a word or statements, and the limits it works under. */
import { Problem, address, get } from "../api.js";

const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9";
let asked = 0;

/**
 * Ask a query.
 * @param {string} text SPARQL
 * @param {AbortSignal} signal to give up
 * @returns {Promise<object>} `{kind: "table", columns, rows, raw}`, `{kind: "ask", answer}` or `{kind: "text", text}`
 * @throws {Problem} with line and column where the query has a mistake
 */
export async function ask(text, signal) {
  const begun = performance.now();
  const answer = await fetch(address("sparql"), {
    method: "POST",
    headers: { "content-type": "application/sparql-query", accept: ACCEPT },
    body: text,
    signal,
  });
  const media = (answer.headers.get("content-type") ?? "").split(";")[0];
  const body = await answer.text();
  if (!answer.ok) throw new Problem({ status: answer.status, ...readProblem(body, answer) });
  const about = { milliseconds: performance.now() - begun, number: (asked += 1) };
  if (!media.includes("json")) return { kind: "text", text: body, ...about };
  const raw = JSON.parse(body);
  if (typeof raw.boolean === "boolean") return { kind: "ask", answer: raw.boolean, raw, ...about };
  const columns = raw.head.vars;
  return { kind: "table", columns, rows: raw.results.bindings.map((row) => columns.map((one) => row[one])), raw, ...about };
}

/**
 * Ask a named query, which may need answers of the model that the endpoint's graph does not hold.
 * @param {string} id its name
 * @param {Object<string, string[]>} parameters by name
 */
export async function askNamed(id, parameters, signal) {
  const begun = performance.now();
  const named = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [`param.${key}`, value]));
  const { answer } = await get("api/query", { name: id, ...named }, { signal });
  const term = (value) => (value === null ? undefined : { type: "literal", value });
  return {
    kind: "table",
    columns: answer.columns,
    rows: answer.rows.map((row) => row.map(term)),
    cut: answer.total > answer.rows.length,
    raw: answer,
    milliseconds: performance.now() - begun,
    number: (asked += 1),
  };
}

function readProblem(body, answer) {
  try {
    return JSON.parse(body);
  } catch {
    return { title: answer.statusText || String(answer.status) };
  }
}

/** The limits of the endpoint, as it says them; an empty object where it does not. */
export async function readLimits() {
  const answer = await fetch(address("limits"), { headers: { accept: "application/json" } });
  return answer.ok ? await answer.json() : {};
}

/** A query as a command for a terminal; quotes inside cannot end the text. */
export function asCurl(text) {
  const quoted = (words) => `'${words.replaceAll("'", "'\\''")}'`;
  return [
    `curl -s ${quoted(String(address("sparql")))}`,
    `-H ${quoted("Content-Type: application/sparql-query")}`,
    `-H ${quoted("Accept: text/csv")}`,
    `--data-binary ${quoted(text)}`,
  ].join(" \\\n  ");
}
