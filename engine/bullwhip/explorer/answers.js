/**
 * Answers of the server: asked for once, and kept; in the single file those that were written into it.
 */
import { Problem, get, online } from "./api.js";

const kept = new Map();
let inside = null;

/**
 * Return an answer of the API.
 * @param {string} path e.g. `api/audit`
 * @returns {Promise<*>} what stands under `answer`
 * @throws {Problem} with the code `offline` where there is neither server nor answer in the page
 */
export function answer(path) {
  if (!kept.has(path)) {
    kept.set(
      path,
      (online ? get(path).then((body) => body.answer ?? body) : fromPage(path)).catch((problem) => {
        kept.delete(path); // a server that did not answer may answer later
        throw problem;
      }),
    );
  }
  return kept.get(path);
}

async function fromPage(path) {
  inside ??= await unpacked(document.getElementById("answers"));
  if (!(path in inside)) throw new Problem({ title: path, code: "offline" });
  return rows(inside[path]);
}

async function unpacked(element) {
  if (element === null) return {};
  const bytes = Uint8Array.from(atob(element.textContent.trim()), (character) => character.charCodeAt(0));
  const opened = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(opened).text());
}

/**
 * Undo what `bullwhip.export.packing` does to lists of records: `{"length": n, "packed": {…}}` stands for a list of objects.
 * @param {*} value plain data
 */
export function rows(value) {
  if (Array.isArray(value)) return value.map(rows);
  if (value === null || typeof value !== "object") return value;
  if (value.packed === undefined) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rows(one)]));
  const names = Object.keys(value.packed);
  const columns = names.map((one) => value.packed[one].map(rows));
  return Array.from({ length: value.length }, (_, at) => Object.fromEntries(names.map((one, n) => [one, columns[n][at]])));
}
