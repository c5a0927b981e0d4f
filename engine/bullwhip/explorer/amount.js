/** Money per one percent of a driver, as a number or as the range that a printed share leaves. */
import { percent, short } from "./format.js";
import { text } from "./text.js";

/** Return the money of a row of exposure; `unknown` where no share is printed or the market is not known. */
export function amount({ value, valueLow, valueHigh, currency }) {
  if (value !== null) return `${short(value)} ${currency}`;
  if (valueLow !== null && valueHigh !== null) return `${short(valueLow)} – ${short(valueHigh)} ${currency}`;
  if (valueLow !== null) return `≥ ${short(valueLow)} ${currency}`;
  if (valueHigh !== null) return `≤ ${short(valueHigh)} ${currency}`;
  return text("unknown");
}

/** Return a part of a company's own revenue per one percent of a driver, or nothing where it is not known. */
export function effectText([low, high]) {
  if (low !== null && high !== null && low !== high) return `${percent(low, true)} – ${percent(high, true)}`;
  if (low === null && high === null) return "";
  if (low === null) return `≤ ${percent(high, true)}`;
  return high === null ? `≥ ${percent(low, true)}` : percent(low, true);
}
