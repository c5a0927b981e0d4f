/**
 * Numbers for people: four digits, 万 and 亿 or K and M, powers of ten where those end, and percent for shares.
 */
import { computed } from "./vendor/preact.js";
import { language } from "./state.js";
import { text } from "./text.js";

const DIGITS = 4;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const locale = computed(() => (language.value === "zh" ? "zh-CN" : "en-US"));
const compact = computed(
  () => new Intl.NumberFormat(locale.value, { notation: "compact", maximumSignificantDigits: DIGITS }),
);
const plain = computed(() => new Intl.NumberFormat(locale.value, { maximumSignificantDigits: DIGITS }));
const full = computed(() => new Intl.NumberFormat(locale.value, { maximumSignificantDigits: 10 }));
const decimals = computed(() => new Intl.NumberFormat(locale.value, { maximumFractionDigits: 3 }));
// Making a formatter costs a hundred times what using it does.
const three = computed(() => new Intl.NumberFormat(locale.value, { maximumSignificantDigits: 3 }));

/**
 * Return a number as it is shown.
 * @param {number|null} value null is unknown
 * @returns {string} e.g. `1,121 亿` as `1121亿`, `112.1B`, `1.05 × 10²⁴`
 */
export function short(value) {
  if (value === null || value === undefined) return text("unknown");
  const size = Math.abs(value);
  // 万亿 and T are the largest words a reader knows; above a thousand of them, and far below one, powers of ten.
  if (size >= 1e16 || (size > 0 && size < 1e-4)) return powerOfTen(value);
  return minus((size >= 1e4 ? compact : plain).value.format(value));
}

/** Return a number with all digits that a double tells apart for certain, for a field that is typed into or read out. */
export function long(value) {
  if (value === null || value === undefined) return text("unknown");
  const size = Math.abs(value);
  return size >= 1e16 || (size > 0 && size < 1e-6) ? powerOfTen(value) : full.value.format(value);
}

/** Return a number as a field shows it, so that it can be typed back: `70`, `146.5B` or `1465亿`, `1.5e+24`. */
export function typable(value) {
  const size = Math.abs(value);
  if (size >= 1e16 || (size > 0 && size < 1e-6)) return String(Number(value.toPrecision(DIGITS)));
  return size >= 1e6 ? compact.value.format(value).replace(/\s/g, "") : String(round(Number(value.toPrecision(6))));
}

/** Return a part of one as percent, e.g. `30%`. */
export function percent(value, brief = false) {
  if (value === null || value === undefined) return text("unknown");
  return `${minus((brief ? three : plain).value.format(round(value * 100)))}%`;
}

/** Return a change as percent with its sign and an arrow, e.g. `▲ 2%`; empty where nothing changes. */
export function difference(value, before) {
  if (value === null || before === null || before === undefined || value === before) return "";
  if (before === 0) return value > 0 ? "▲" : "▼";
  const part = (value - before) / Math.abs(before);
  if (Math.abs(part) < 5e-7) return "";
  return `${part > 0 ? "▲" : "▼"} ${percent(Math.abs(part), true)}`;
}

/** Return an elasticity: at most three decimals, and a minus that is not a hyphen. */
export function ratio(value) {
  if (value === null || value === undefined) return text("unknown");
  return minus(decimals.value.format(round(value)));
}

function powerOfTen(value) {
  const [digits, exponent] = value.toExponential(DIGITS - 1).split("e");
  const power = [...String(Number(exponent))].map((c) => (c === "-" ? "⁻" : SUPERSCRIPTS[Number(c)])).join("");
  return `${plain.value.format(Number(digits))} × 10${power}`;
}

/** A minus that is as wide as a plus, and not a hyphen. */
function minus(words) {
  return words.replace("-", "−");
}

/** Doubles carry noise in their last digits; a shown number must not. */
function round(value) {
  return Number(value.toPrecision(12));
}
