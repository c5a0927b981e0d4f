/**
 * The places of a tab: boxes side by side that are laid out each for itself.
 *
 * A moving slider writes into drivers, map and details at once. A browser lays out only what changed where the changed
 * box has a size of its own and does not stand in a grid directly; else it lays out the whole page, with every text of
 * the map. So each place is a grid item with one box in it that fills it.
 */

/**
 * Add a place to an element.
 * @param {HTMLElement} element where it is added
 * @param {string} tag its tag, `aside` or `div`
 * @param {string} name its class
 * @returns {{outer: HTMLElement, inner: HTMLElement}} the grid item, and the box that is filled
 */
export function addPlace(element, tag, name) {
  const outer = document.createElement(tag);
  outer.className = name;
  const inner = document.createElement("div");
  inner.className = `${name}-in boxed`;
  outer.append(inner);
  element.append(outer);
  return { outer, inner };
}
