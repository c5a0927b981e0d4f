/** Tables that sort by a column: their heads, and the order that the address holds. */
import * as state from "./state.js";
import { text } from "./text.js";
import { html } from "./vendor/preact.js";

/**
 * The heading of a column, a button that sorts by it.
 * @param {object} props `column` is `{id, text, by, number?, large?}`: an id for the address, a text, what it sorts by,
 *   whether it holds numbers, and whether the large ones come first
 */
export function Head({ column }) {
  const [down, by] = state.order.value.startsWith("-") ? [true, state.order.value.slice(1)] : [false, state.order.value || "rank"];
  const shown = by === column.id;
  const next = shown ? (down ? column.id : `-${column.id}`) : column.large ? `-${column.id}` : column.id;
  return html`<th scope="col" class=${column.number ? "number" : ""} aria-sort=${shown ? (down ? "descending" : "ascending") : null}>
    <button type="button" class="sort" onClick=${() => (state.order.value = next === "rank" ? "" : next)}>
      ${text(column.text)}<span class="arrow" aria-hidden="true">${shown ? (down ? " ▼" : " ▲") : ""}</span>
    </button>
  </th>`;
}

/** Return rows in the order that was chosen; ties, and an order of another table, go by rank. */
export function sorted(rows, columns) {
  const down = state.order.value.startsWith("-");
  const column = columns.find((one) => one.id === state.order.value.replace("-", ""));
  if (!column) return rows;
  const sign = down ? -1 : 1;
  const order = (one, other) => {
    const [a, b] = [column.by(one), column.by(other)];
    if (a === null || b === null) return (a === null) - (b === null); // what is unknown stands last either way
    return sign * (typeof a === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang));
  };
  return [...rows].sort((one, other) => order(one, other) || one.rank - other.rank);
}
