/**
 * Where data comes from: the server that the page was opened from, or the model inside a single file.
 */

const TRIES = 8;
const PAUSE = 1500;

const INSIDE = document.getElementById("model");

/** Whether there is a server to ask; the single file has none. */
export const online = INSIDE === null;

/** A problem that a server told, with its code, place and hint. */
export class Problem extends Error {
  /** @param {object} body the body of an answer of type application/problem+json */
  constructor(body) {
    super(String(body.detail || body.title || "?"));
    this.code = body.code ?? "";
    this.line = body.line ?? null;
    this.column = body.column ?? null;
    this.hint = body.hint ?? "";
    this.status = body.status ?? 0;
  }
}

/**
 * Return the address of something of the server.
 * @param {string} path e.g. `api/model`
 * @param {Object<string, string|string[]|null|undefined>} params what is asked; what is null, undefined or empty is left out
 * @returns {URL} an address on the page's own server
 */
export function address(path, params = {}) {
  const url = new URL(path, document.baseURI);
  url.hash = "";
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") url.searchParams.append(name, one);
    }
  }
  return url;
}

/**
 * Ask the server for JSON.
 * @param {string} path e.g. `api/exposure`
 * @param {object} params see `address`
 * @param {{signal?: AbortSignal}} options to give up
 * @returns {Promise<object>} `{answer, receipt}`
 * @throws {Problem} what the server says is wrong, or that there is none
 */
export async function get(path, params = {}, options = {}) {
  if (!online) throw new Problem({ title: "no server", code: "offline" });
  const answer = await fetch(address(path, params), { headers: { accept: "application/json" }, ...options });
  const body = await answer.json().catch(() => ({ title: answer.statusText }));
  if (!answer.ok) throw new Problem({ status: answer.status, ...body });
  return body;
}

/**
 * Return the model of the page.
 * @returns {Promise<object>} what `bullwhip serve` gives at /api/model
 */
export async function loadModel() {
  if (online) {
    const body = await patiently(() => get("api/model"));
    return body.answer ?? body;
  }
  if (INSIDE.dataset.encoding !== "gzip+base64") return JSON.parse(INSIDE.textContent);
  const bytes = Uint8Array.from(atob(INSIDE.textContent.trim()), (character) => character.charCodeAt(0));
  const opened = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(opened).text());
}

/** Ask again while a server says that it is busy: it may still be making what the first page asks for. */
async function patiently(ask) {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await ask();
    } catch (problem) {
      if (problem.status !== 503 || left === 0) throw problem;
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }
}
