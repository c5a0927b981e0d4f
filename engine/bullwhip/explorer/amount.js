/** Money per one percent of a driver, as a number or as the range that a printed share leaves. */
import { short } from "./format.js";
import { text } from "./text.js";

/** Return the money of a row of exposure; `unknown` where no share is printed or the market is not known. */
export function amount({ value, valueLow, valueHigh, currency }) {
  if (value !== null) return `${short(value)} ${currency}`;
  if (valueLow !== null && valueHigh !== null) return `${short(valueLow)} – ${short(valueHigh)} ${currency}`;
  if (valueLow !== null) return `≥ ${short(valueLow)} ${currency}`;
  if (valueHigh !== null) return `≤ ${short(valueHigh)} ${currency}`;
  return text("unknown");
}
