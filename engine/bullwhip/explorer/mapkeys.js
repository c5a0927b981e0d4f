/**
 * The map by keyboard: one tab stop for hundreds of boxes, arrows between them, Enter to open, Escape to close.
 */
import * as state from "./state.js";

/** Keys of a map; `map` has `svg`, `items`, `order`, `view` and `choose`. */
export class MapKeys {
  constructor(map) {
    this.map = map;
    this.current = "";
    map.svg.addEventListener("keydown", (event) => this.#press(event));
    map.svg.addEventListener("focusin", (event) => {
      const key = event.target.dataset?.key;
      if (key && map.items.has(key)) this.#stand(key);
    });
  }

  /** The picture was drawn anew: keep the place, and the focus where it was inside. */
  refresh() {
    const { items, svg } = this.map;
    const had = svg.contains(document.activeElement) || this.lost;
    this.#stand(items.has(this.current) ? this.current : ([...items.keys()][0] ?? ""));
    if (had) this.focus(this.current);
  }

  /** Something was selected elsewhere: tabbing into the map arrives there. */
  follow(selection) {
    if (this.map.items.has(selection)) this.#stand(selection);
  }

  /** Move the focus to a key. */
  focus(key) {
    this.map.items.get(key)?.element.focus({ preventScroll: true });
  }

  #stand(key) {
    this.map.items.get(this.current)?.element.setAttribute("tabindex", "-1");
    this.current = key;
    const found = this.map.items.get(key);
    if (!found) return;
    found.element.setAttribute("tabindex", "0");
    if (document.activeElement === found.element) this.map.view.reveal(found.rect);
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.#action(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #action(key) {
    const { map } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step) return () => this.focus(this.#beside(step));
    const aside = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (aside) return () => this.focus(this.#across(aside));
    return {
      Home: () => this.focus(this.#tier().keys[0]),
      End: () => this.focus(this.#tier().keys.at(-1)),
      Enter: () => map.choose(this.current),
      " ": () => map.choose(this.current),
      Escape: () => (state.selection.value = ""),
      "+": () => map.view.step(1),
      "=": () => map.view.step(1),
      "-": () => map.view.step(-1),
      0: () => map.view.start(),
    }[key];
  }

  #tier() {
    return this.map.order.find(({ keys }) => keys.includes(this.current)) ?? this.map.order[0];
  }

  /** The next or previous one: through the companies of a tier, then on to the next tier of the column. */
  #beside(step) {
    const { column } = this.#tier();
    const all = this.map.order.filter((one) => one.column === column).flatMap(({ keys }) => keys);
    const at = all.indexOf(this.current) + step;
    return all[Math.min(Math.max(at, 0), all.length - 1)];
  }

  /** The box at about the same height in the next column that has one. */
  #across(step) {
    const { items, order } = this.map;
    const here = items.get(this.current).rect;
    const columns = [...new Set(order.map(({ column }) => column))].sort((a, b) => a - b);
    const next = columns[columns.indexOf(this.#tier().column) + step];
    if (next === undefined) return this.current;
    const keys = order.filter(({ column }) => column === next).flatMap((one) => one.keys);
    const middle = (rect) => rect.y + rect.height / 2;
    const far = (key) => Math.abs(middle(items.get(key).rect) - middle(here));
    return keys.reduce((best, key) => (far(key) < far(best) ? key : best));
  }
}
