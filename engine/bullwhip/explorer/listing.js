/**
 * Long lists: the first of them, how many there are, and a button for more; texts while they are fetched.
 */
import { addTexts, text } from "./text.js";
import { html, useEffect, useState } from "./vendor/preact.js";

/**
 * Add texts under names of their own, so that two tabs never mean the same key.
 * @param {string} prefix what stands before each key
 * @param {{zh: Object<string, string>, en: Object<string, string>}} texts by language and key; both have the same keys
 * @returns {(key: string, values?: object) => string} the text in the language that is shown
 */
export function ownTexts(prefix, texts) {
  const named = (some) => Object.fromEntries(Object.entries(some).map(([key, words]) => [`${prefix}.${key}`, words]));
  addTexts({ zh: named(texts.zh), en: named(texts.en) });
  return (key, values) => text(`${prefix}.${key}`, values);
}

const say = ownTexts("list", {
  zh: {
    shownOf: "显示 {n} / {total} 条",
    showMore: "再显示 {n} 条",
    loading: "正在读取…",
    offlinePart: "此内容需要服务器：用 bullwhip serve 打开。",
    all: "全部",
    filterRows: "筛选",
    noneLeft: "没有符合条件的条目",
  },
  en: {
    shownOf: "showing {n} of {total}",
    showMore: "Show {n} more",
    loading: "Reading…",
    offlinePart: "This needs a server: open the page with bullwhip serve.",
    all: "all",
    filterRows: "Filter",
    noneLeft: "Nothing fits",
  },
});

/**
 * Return the first of a list, and the line that says how many are shown; it starts over when `key` changes.
 * @param {Array<*>} list all
 * @param {number} step how many at once
 * @param {string} key what the list is of
 */
export function useFirst(list, step, key) {
  const [state, setState] = useState({ key, count: step });
  const count = state.key === key ? state.count : step;
  const shown = list.slice(0, count);
  const more = Math.min(step, list.length - shown.length);
  const line = html`<p class="shown">
    <span role="status">${list.length ? say("shownOf", { n: shown.length, total: list.length }) : say("noneLeft")}</span>
    ${more > 0 && html`<button type="button" onClick=${() => setState({ key, count: count + step })}>${say("showMore", { n: more })}</button>`}
  </p>`;
  return [shown, line];
}

/**
 * Return what a promise gives: `{value}`, `{problem}` or neither while it is open.
 * @param {() => Promise<*>} ask what starts it
 * @param {Array<*>} keys when to ask again
 */
export function useAnswer(ask, keys) {
  const [state, setState] = useState({});
  useEffect(() => {
    let wanted = true;
    setState({});
    ask().then(
      (value) => wanted && setState({ value }),
      (problem) => wanted && setState({ problem }),
    );
    return () => (wanted = false);
  }, keys);
  return state;
}

/** What stands where an answer is not there: that it is being read, or why it cannot be. */
export function Waiting({ problem }) {
  if (!problem) return html`<p class="note" role="status">${say("loading")}</p>`;
  if (problem.code === "offline") return html`<p class="note" role="status">${say("offlinePart")}</p>`;
  const { code, message, hint } = problem;
  return html`<p class="note failure" role="alert">${[code, message, hint].filter(Boolean).join(" · ")}</p>`;
}

/** The word for no restriction. */
export const everything = () => say("all");

/** A choice out of a list, with its label. */
export function Choice({ id, label, value, options, onChange }) {
  return html`<label class="choice" for=${id}
    ><span>${label}</span>
    <select id=${id} value=${value} onChange=${(event) => onChange(event.target.value)}>
      ${options.map(([key, words]) => html`<option key=${key} value=${key}>${words}</option>`)}
    </select></label
  >`;
}

/** A field that keeps rows whose texts hold all of its words. */
export function FilterField({ id, value, onInput }) {
  return html`<label class="choice" for=${id}
    ><span>${say("filterRows")}</span>
    <input id=${id} type="search" maxlength="200" spellcheck=${false} value=${value} onInput=${(event) => onInput(event.target.value)}
  /></label>`;
}

/** Return whether a text holds all words of a filter, whatever their case. */
export function holds(words, filter) {
  const searched = words.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word));
}
