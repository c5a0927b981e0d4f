/** The chain as a map, with the drivers at its left and what is selected at its right. */
import { Drivers } from "../drivers.js";
import { ChainMap } from "../map.js";
import { MapBar } from "../mapbar.js";
import { Panel } from "../panel.js";
import * as state from "../state.js";
import { text } from "../text.js";
import { effect, html, render, signal } from "../vendor/preact.js";

export const id = "chain";
export const title = { zh: "产业链", en: "Chain" };

/** Show the chain; returns what takes it down. */
export function mount(element, context) {
  const place = (tag, name) => {
    const made = document.createElement(tag);
    made.className = name;
    element.append(made);
    return made;
  };
  const [drivers, middle, details] = [place("aside", "drivers"), place("div", "middle"), place("aside", "details")];
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  const bar = document.createElement("div");
  bar.className = "map-bar";
  middle.append(canvas, bar);
  const counts = signal(null);
  const stops = [
    effect(() => {
      drivers.setAttribute("aria-label", text("drivers"));
      details.setAttribute("aria-label", text("details"));
    }),
    effect(() => {
      const open = context.catalogue.selected(state.selection.value) !== null;
      details.hidden = !open;
      element.classList.toggle("with-details", open);
      details.scrollTop = 0;
    }),
  ];
  const map = new ChainMap(canvas, context, (found) => (counts.value = found));
  render(html`<${MapBar} ...${{ context, map, counts }} />`, bar);
  render(html`<${Drivers} context=${context} />`, drivers);
  render(html`<${Panel} context=${context} />`, details);
  return () => {
    stops.forEach((stop) => stop());
    map.close();
    for (const one of [bar, drivers, details]) render(null, one);
  };
}
