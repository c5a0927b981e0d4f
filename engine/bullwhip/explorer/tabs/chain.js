/** The chain as a map, with the drivers at its left and what is selected at its right. */
import { Drivers } from "../drivers.js";
import { ChainMap } from "../map.js";
import { MapBar } from "../mapbar.js";
import { Panel } from "../panel.js";
import { addPlace } from "../places.js";
import * as state from "../state.js";
import { text } from "../text.js";
import { effect, html, render, signal } from "../vendor/preact.js";

export const id = "chain";
export const title = { zh: "产业链", en: "Chain" };

/** Show the chain; returns what takes it down. */
export function mount(element, context) {
  const drivers = addPlace(element, "aside", "drivers");
  const middle = document.createElement("div");
  middle.className = "middle";
  element.append(middle);
  const bar = document.createElement("div");
  bar.className = "map-bar";
  middle.append(bar);
  const canvas = addPlace(middle, "div", "canvas"); // last, so that Tab leads from the map to what is selected in it
  const details = addPlace(element, "aside", "side");
  const counts = signal(null);
  const stops = [followDetails(element, drivers, details, context)];
  const map = new ChainMap(canvas.inner, context, (found) => (counts.value = found));
  render(html`<${MapBar} ...${{ context, map, counts }} />`, bar);
  render(html`<${Drivers} context=${context} />`, drivers.inner);
  render(html`<${Panel} context=${context} />`, details.inner);
  return () => {
    stops.forEach((stop) => stop());
    map.close();
    for (const one of [bar, drivers.inner, details.inner]) render(null, one);
  };
}

/** Name the places in the language, and open the details while something is selected. */
export function followDetails(element, drivers, details, context) {
  return effect(() => {
    drivers.outer.setAttribute("aria-label", text("drivers"));
    details.outer.setAttribute("aria-label", text("details"));
    const open = context.catalogue.selected(state.selection.value) !== null;
    details.outer.hidden = !open;
    element.classList.toggle("with-details", open);
    details.inner.scrollTop = 0;
  });
}
