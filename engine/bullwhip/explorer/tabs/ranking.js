/** Who is exposed to a driver, by how much and through which tier: a table that sorts, filters and follows the sliders. */
import { Drivers } from "../drivers.js";
import { Panel } from "../panel.js";
import { Ranking } from "../rankingtable.js";
import * as state from "../state.js";
import { text } from "../text.js";
import { effect, html, render } from "../vendor/preact.js";

export const id = "ranking";
export const title = { zh: "受益排名", en: "Exposure" };

/** Show the ranking; returns what takes it down. */
export function mount(element, context) {
  const place = (tag, name) => {
    const made = document.createElement(tag);
    made.className = name;
    element.append(made);
    return made;
  };
  const [drivers, middle, details] = [place("aside", "drivers"), place("div", "ranking"), place("aside", "details")];
  const stop = effect(() => {
    drivers.setAttribute("aria-label", text("drivers"));
    details.setAttribute("aria-label", text("details"));
    const open = context.catalogue.selected(state.selection.value) !== null;
    details.hidden = !open;
    element.classList.toggle("with-details", open);
  });
  render(html`<${Drivers} context=${context} />`, drivers);
  render(html`<${Ranking} context=${context} />`, middle);
  render(html`<${Panel} context=${context} />`, details);
  return () => {
    stop();
    for (const one of [drivers, middle, details]) render(null, one);
  };
}
