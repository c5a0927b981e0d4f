/**
 * What the reader of the page has chosen: signals that the views follow, and the address that keeps all of them.
 *
 * The part of the address after # is the whole state: a copied link opens the same view with the same numbers. What a
 * link says that this model does not know is left out, one by one, so that a link of an older model still opens.
 */
import { batch, computed, effect, signal } from "./vendor/preact.js";

/** The language of the page: `zh` or `en`. */
export const language = signal("zh");
/** The theme that was chosen by hand; empty follows the system. */
export const theme = signal("");
/** The tab that is shown. */
export const tab = signal("chain");
/** What is selected, e.g. `tier:hbm`, `company:nvidia`, `edge:hbm>ai_chip`, `quantity:hbm.value`; empty is nothing. */
export const selection = signal("");
/** The drivers that were changed by hand: cell number to value in the quantity's own unit. */
export const changes = signal(new Map());
/** The period whose figures are shown; null where the model has none. */
export const period = signal(null);
/** The scenario that the figures start from. */
export const scenario = signal("");
/** The scenario that is compared with; empty is none. */
export const compare = signal("");
/** The name of the shipped query that is shown. */
export const query = signal("");
/** What was typed into the search box. */
export const search = signal("");
/** The SPARQL text. */
export const sparql = signal("");
/** The members that alternatives are read at, by dimension. */
export const members = signal(new Map());
/** The driver that the ranking is about; empty is the first. */
export const driver = signal("");
/** What the rows of the ranking must contain. */
export const filter = signal("");
/** The order of the ranking: a column, with a minus before it for descending. */
export const order = signal("");
/** What the ranking adds up: `company`, or empty for a row each. */
export const totals = signal("");

const systemDark = signal(false);

/** The theme that is shown: `light` or `dark`. */
export const shownTheme = computed(() => theme.value || (systemDark.value ? "dark" : "light"));

const kept = new Map();
let timer = 0;
let written = "";
let model = null; // what the state may be, as `restore` was told

/**
 * Keep a signal in the address.
 * @param {string} name its name in the address
 * @param {{value: *}} source the signal
 * @param {(text: string) => *} read a text as a value; undefined where it is none
 * @param {(value: *) => string} write a value as a text; empty leaves it out
 */
export function keep(name, source, read, write = String) {
  kept.set(name, { source, read, write, initial: source.value });
}

/** Read one of some words. */
export function oneOf(words) {
  return (text) => (words().includes(text) ? text : undefined);
}

/** Read any text, cut to a length: an address is written by anyone. */
export function anyText(limit) {
  return (text) => text.slice(0, limit);
}

/**
 * Say what the state may be, from a model, and take it from the address.
 * @param {object} known `{tabs, periods, period, scenarios, scenario, cellOf, nameOf, isSelection, dimensions}`
 */
export function restore(known) {
  const media = matchMedia("(prefers-color-scheme: dark)");
  systemDark.value = media.matches;
  media.addEventListener("change", () => (systemDark.value = media.matches));
  batch(() => {
    language.value = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
    period.value = known.period;
    scenario.value = known.scenario;
  });
  keep("language", language, oneOf(() => ["zh", "en"]));
  keep("theme", theme, oneOf(() => ["light", "dark"]));
  keep("tab", tab, oneOf(() => known.tabs));
  keep("select", selection, (text) => (known.isSelection(text) ? text : undefined));
  keep("period", period, (text) => known.periods.find((at) => String(at) === text));
  keep("scenario", scenario, oneOf(() => known.scenarios));
  keep("compare", compare, oneOf(() => known.scenarios));
  keep("at", members, (text) => readMembers(text, known.dimensions), writeMembers);
  keep("driver", driver, (text) => (known.isSelection(`quantity:${text}`) ? text : undefined));
  keep("search", search, anyText(200));
  keep("filter", filter, anyText(200));
  keep("order", order, (text) => (/^-?[a-z]{1,20}$/.test(text) ? text : undefined));
  keep("totals", totals, oneOf(() => ["company"]));
  keep("query", query, anyText(200));
  keep("sparql", sparql, anyText(20000));
  model = known;
  takeAddress(known);
  addEventListener("hashchange", () => location.hash !== written && takeAddress(known));
  effect(() => {
    const text = addressOf(known);
    clearTimeout(timer);
    timer = setTimeout(() => writeAddress(text), 120); // browsers limit how often an address may change
  });
  // A link that is copied at once must not be the one of a moment ago.
  for (const moment of ["change", "focusout", "copy", "pointerleave"]) {
    document.documentElement.addEventListener(moment, () => writeAddress(addressOf(known)));
  }
}

/**
 * Return the address of the page as it is now.
 * @returns {string} an address that opens the same view
 */
export function link() {
  if (model) writeAddress(addressOf(model));
  return location.href;
}

/** Set one driver, or take its change back with null. */
export function change(cell, value) {
  const next = new Map(changes.value);
  if (value === null) next.delete(cell);
  else if (Number.isFinite(value)) next.set(cell, value);
  changes.value = next;
}

function takeAddress(known) {
  const asked = new URLSearchParams(location.hash.slice(1));
  batch(() => {
    for (const [name, { source, read, initial }] of kept) {
      const text = asked.get(name);
      const value = text === null ? undefined : read(text);
      source.value = value === undefined ? initial : value;
    }
    const found = new Map();
    for (const text of asked.getAll("set")) {
      const at = text.lastIndexOf("=");
      const cell = known.cellOf(text.slice(0, at));
      const written = text.slice(at + 1).trim();
      const value = written === "" ? NaN : Number(written);
      if (cell !== undefined && Number.isFinite(value)) found.set(cell, value);
    }
    changes.value = found;
  });
}

function addressOf(known) {
  const said = new URLSearchParams();
  for (const [name, { source, write, initial }] of kept) {
    const text = source.value === null ? "" : write(source.value);
    const usual = initial === null ? "" : write(initial);
    if (text && (name === "language" || text !== usual)) said.set(name, text);
  }
  for (const [cell, value] of [...changes.value].sort((a, b) => a[0] - b[0])) {
    said.append("set", `${known.nameOf(cell)}=${value}`);
  }
  return `#${said}`;
}

function writeAddress(text) {
  clearTimeout(timer);
  if (text === written && location.hash === written) return;
  written = text;
  history.replaceState(null, "", text);
  written = location.hash; // browsers may write a character another way
}

function readMembers(text, dimensions) {
  const found = new Map();
  for (const part of text.split(",")) {
    const [dimension, member] = part.split("=");
    if (dimensions.get(dimension)?.includes(member)) found.set(dimension, member);
  }
  return found;
}

function writeMembers(chosen) {
  return [...chosen].map(([dimension, member]) => `${dimension}=${member}`).sort().join(",");
}
