/** Who is exposed to a driver, by how much and through which tier: a table that sorts, filters and follows the sliders. */
import { Drivers } from "../drivers.js";
import { Panel } from "../panel.js";
import { addPlace } from "../places.js";
import { Ranking, shownDriver } from "../rankingtable.js";
import { html, render } from "../vendor/preact.js";
import { followDetails } from "./chain.js";

export const id = "ranking";
export const title = { zh: "受益排名", en: "Exposure" };

/** Show the ranking; returns what takes it down. */
export function mount(element, context) {
  const drivers = addPlace(element, "aside", "drivers");
  const middle = addPlace(element, "div", "ranking");
  const details = addPlace(element, "aside", "side");
  const stop = followDetails(element, drivers, details, context);
  render(html`<${Drivers} context=${context} first=${() => shownDriver(context)} />`, drivers.inner);
  render(html`<${Ranking} context=${context} />`, middle.inner);
  render(html`<${Panel} context=${context} />`, details.inner);
  return () => {
    stop();
    for (const one of [drivers, middle, details]) render(null, one.inner);
  };
}
