// Sliders of a notebook: move an input and see what follows, computed here by the model that the explorer uses.
import { Model } from "./model.js";

const STEPS = 400;
const shown = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const parts = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });

function element(tag, settings = {}, ...children) {
  const made = Object.assign(document.createElement(tag), settings);
  made.append(...children);
  return made;
}

/** Where a value stands on the way from low to high, and back; by factors where the range is wide. */
function position({ low, high, log }, value) {
  const part = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.round(Math.min(1, Math.max(0, part)) * STEPS);
}

function valueAt({ low, high, log }, place) {
  const part = place / STEPS;
  const value = log ? low * (high / low) ** part : low + (high - low) * part;
  return Number(value.toPrecision(4));
}

function unitText(unit) {
  return unit === "1" ? "" : ` ${unit}`;
}

function heading(said) {
  return [element("span", { className: "name", textContent: said.label || said.name }), element("code", { textContent: said.name })];
}

function slider(driver, number, changed) {
  const input = element("input", { type: "range", min: 0, max: STEPS, step: 1, id: `bullwhip-${number}-${Math.random().toString(36).slice(2)}` });
  const output = element("output");
  const label = element("label", { htmlFor: input.id }, ...heading(driver));
  const show = (value) => {
    input.value = position(driver, value);
    output.textContent = `${shown.format(value)}${unitText(driver.unit)}`;
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => changed(driver.name, valueAt(driver, Number(input.value))));
  return { row: element("div", { className: "row" }, label, input, output), show };
}

function target(said) {
  const value = element("strong");
  const change = element("span", { className: "change" });
  const show = (now) => {
    const known = now !== null && now !== undefined;
    value.textContent = known ? `${shown.format(now)}${unitText(said.unit)}` : "unknown";
    const relative = known && said.base ? now / said.base - 1 : null;
    change.textContent = relative === null || Math.abs(relative) < 1e-12 ? "" : parts.format(relative);
  };
  return { row: element("div", { className: "target" }, element("span", {}, ...heading(said)), value, change), show };
}

export function render({ model, el }) {
  const data = model.get("data");
  const calculator = new Model(data.model);
  const variants = new Map(Object.entries(data.variants));
  const cells = new Map(data.drivers.map((driver) => [driver.name, driver]));
  const targets = data.targets.map(target);
  const sliders = new Map(data.drivers.map((driver, k) => [driver.name, slider(driver, k, moved)]));

  function moved(name, value) {
    model.set("values", { ...model.get("values"), [name]: value });
    model.save_changes();
  }

  function calculate() {
    const values = model.get("values");
    const changes = new Map(Object.entries(data.start).map(([cell, value]) => [Number(cell), value]));
    for (const [name, driver] of cells) {
      const value = values[name];
      const usable = typeof value === "number" && Number.isFinite(value);
      if (usable) changes.set(driver.cell, value);
      sliders.get(name).show(usable ? value : driver.base);
    }
    const found = calculator.evaluate(changes, variants);
    const results = {};
    data.targets.forEach((said, k) => {
      results[said.name] = found.of(said.cell);
      targets[k].show(results[said.name]);
    });
    model.set("results", results);
    model.save_changes();
  }

  const reset = element("button", { type: "button", textContent: "reset" });
  reset.addEventListener("click", () => {
    model.set("values", {});
    model.save_changes();
  });
  const about = element("p", { className: "about", textContent: data.about });
  el.replaceChildren(
    element("div", { className: "bullwhip-sliders" }, ...targets.map((t) => t.row), ...[...sliders.values()].map((s) => s.row), reset, about),
  );
  model.on("change:values", calculate);
  calculate();
  return () => model.off("change:values", calculate);
}
