/**
 * A slider with a field for the number beside it: both say value and unit, and either can be used by keyboard alone.
 */
import { ratio } from "./format.js";
import { text } from "./text.js";
import { html, useState } from "./vendor/preact.js";

const STEPS = 200;
const DIGITS = 4;
const WORDS = { "%": 0.01, 万: 1e4, 亿: 1e8, 万亿: 1e12, 兆: 1e12, k: 1e3, m: 1e6, b: 1e9, bn: 1e9, t: 1e12 };

/**
 * Read a number as people type it: `30%`, `1.5e12`, `1,200`, `15000亿`, `2.5M`.
 * @param {string} words what was typed
 * @param {number} scale what a number without a word is divided by: 100 for a field in percent
 * @returns {number|null} null where it is none
 */
export function parseNumber(words, scale = 1) {
  const found = /^([+\-−]?[\d,，]*\.?\d+(?:e[+-]?\d+)?)\s*(%|万亿|万|亿|兆|bn|[kmbt])?$/i.exec(words.trim());
  if (!found) return null;
  const number = Number(found[1].replace(/[,，]/g, "").replace("−", "-"));
  const word = found[2]?.toLowerCase();
  const value = word ? number * WORDS[word] : number / scale;
  return Number.isFinite(value) ? Number(value.toPrecision(15)) : null;
}

/** The slider; `range` is `{low, high, log}`, or null for a field alone; `move` is told a number, `typed` reads one and gives null for none. */
export function Slider({ id, label, name, value, range, changed, was, show, unit, elasticity, each, typed, written, move, reset, open }) {
  const [draft, setDraft] = useState(null);
  const place = range ? Math.round(STEPS * partOf(range, value)) : 0;
  const enter = () => {
    if (draft === null) return;
    const number = typed(draft);
    if (number !== null) move(number);
    setDraft(null);
  };
  const bad = draft !== null && draft.trim() !== "" && typed(draft) === null;
  return html`<div class=${changed ? "slider changed" : "slider"}>
    <div class="slider-head">
      <button type="button" class="link" onClick=${open}>${label}</button>
      ${elasticity !== undefined && html`<span class="soft elasticity" title=${text("elasticity")}>ε ${ratio(elasticity)}</span>`}
    </div>
    <div class="slider-row">
      ${range
        ? html`<input
            id=${id}
            type="range"
            min="0"
            max=${STEPS}
            step="1"
            value=${place}
            aria-label=${name}
            aria-valuetext=${show(value)}
            onInput=${(event) => move(valueAt(range, Number(event.target.value) / STEPS))}
          />`
        : html`<span class="soft">${unit}</span>`}
      <input
        type="text"
        inputmode="decimal"
        class="entry"
        aria-label=${`${name} (${unit || text("number")})`}
        aria-invalid=${String(bad)}
        value=${draft ?? String(written)}
        onInput=${(event) => setDraft(event.target.value)}
        onBlur=${enter}
        onKeyDown=${(event) => {
          if (event.key === "Enter") enter();
          if (event.key === "Escape" && draft !== null) {
            event.stopPropagation();
            setDraft(null);
          }
        }}
      />
    </div>
    <div class="slider-foot">
      ${range ? html`<output for=${id}>${show(value)}</output>` : html`<span class="mark">${show(value)}</span>`}
      ${changed && html`<span class="soft">${text("was")} ${show(was)}</span>`}
      <span class="slider-acts">
        ${each}
        ${changed && html`<button type="button" class="link" aria-label=${`${text("reset")}: ${name}`} onClick=${reset}>${text("reset")}</button>`}
      </span>
    </div>
  </div>`;
}

function partOf({ low, high, log }, value) {
  if (!(high > low)) return 0;
  const along = log && low > 0 ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(Math.max(along, 0), 1);
}

function valueAt({ low, high, log }, part) {
  if (part <= 0) return low;
  if (part >= 1) return high;
  const value = log && low > 0 ? low * (high / low) ** part : low + (high - low) * part;
  return Number(value.toPrecision(DIGITS));
}
