/**
 * The drivers beside the map: those that reach what is selected, the strongest first, each with a slider and a field.
 *
 * A model has more drivers than a screen has room. What is not shown is counted, and found by name.
 */
import { shownValue } from "./card.js";
import { percent, typable } from "./format.js";
import { byWeight, reaching, reachingAll } from "./reach.js";
import { parseNumber, Slider } from "./slider.js";
import * as state from "./state.js";
import { text } from "./text.js";
import { html, useState } from "./vendor/preact.js";

const FIRST = 8;
const FOUND = 20;
const WIDEST = 4; // all members of a driver together go from a quarter to four times

/** The list of drivers; `first()` is the number of one that stands before the others, or undefined. */
export function Drivers({ context, first = () => undefined }) {
  const [asked, setAsked] = useState("");
  const [all, setAll] = useState(false);
  const { catalogue } = context;
  const target = targetOf(context);
  const reached = target === null ? reachingAll(context) : reaching(context, target);
  const groups = asked ? named(context, asked) : withFirst(context, reached, first() ?? itself(context, target));
  const limit = asked ? FOUND : all ? Infinity : FIRST;
  const shown = groups.slice(0, limit);
  // A slider must stay where it is while it is moved, so only changed drivers that are not listed stand above the list.
  const changed = new Set([...state.changes.value.keys()].map((cell) => context.data.cells.quantity[cell]));
  const above = [...changed].filter((quantity) => !shown.some((group) => group.quantity === quantity));
  const count = context.data.quantities.filter((one) => one.driver).length;
  return html`<div class="drivers-head">
      <h2>${text("drivers")}</h2>
      <button type="button" disabled=${changed.size === 0} onClick=${() => (state.changes.value = new Map())}>${text("resetAll")}</button>
    </div>
    <input type="search" class="driver-search" aria-label=${text("driverSearch")} placeholder=${text("driverSearch")} value=${asked} onInput=${(event) => setAsked(event.target.value)} />
    ${above.length > 0 &&
    html`<h3 class="soft">${text("driversChanged", { n: above.length })}</h3>
      ${above.map((quantity) => html`<${Group} key=${quantity} ...${{ context, target, group: groupOf(context, quantity) }} />`)}`}
    <h3 class="soft">
      ${asked ? text("driversNamed") : target === null ? text("driversOfAll") : text("driversOf", { name: catalogue.labelOf(catalogue.quantityOf(target)) })}
    </h3>
    ${shown.map((group) => html`<${Group} key=${group.quantity} ...${{ context, target, group }} />`)}
    ${groups.length === 0 && html`<p class="soft">${text(asked ? "searchNone" : "driversNone")}</p>`}
    <p class="soft">${text("driversShown", { n: shown.length, m: groups.length, all: count })}</p>
    ${!asked && groups.length > FIRST && html`<button type="button" class="more" aria-expanded=${String(all)} onClick=${() => setAll(!all)}>${text(all ? "fewer" : "more")}</button>`}`;
}

/** The cell that the list is about: of the selected quantity, or of what sizes the selected tier; null is the whole chain. */
export function targetOf(context) {
  const { catalogue } = context;
  const chosen = catalogue.selected(state.selection.value);
  if (!chosen) return null;
  const tier = chosen.kind === "company" ? chosen.at || catalogue.placed.get(chosen.id)?.[0] : chosen.id;
  const number = {
    tier: () => catalogue.sizeOf(tier),
    company: () => catalogue.sizeOf(tier),
    edge: () => byWeight(context, catalogue.edges.get(chosen.id).quantities)[0],
    quantity: () => catalogue.quantityNumber.get(chosen.id),
  }[chosen.kind]();
  return number === undefined ? null : (catalogue.cellAt(number, state.period.value, state.members.value) ?? null);
}

/** The quantity of a cell that can be moved itself: a driver that is selected stands before those that move it. */
function itself({ catalogue, data }, target) {
  if (target === null || data.cells.definition[target] >= 0) return undefined;
  return data.cells.quantity[target];
}

function withFirst(context, groups, number) {
  if (number === undefined) return groups;
  return [groupOf(context, number), ...groups.filter(({ quantity }) => quantity !== number)];
}

function named(context, asked) {
  const found = context.catalogue.find(asked).filter((one) => one.key.startsWith("quantity:"));
  const numbers = found.map((one) => context.catalogue.quantityNumber.get(one.key.slice("quantity:".length)));
  return numbers.map((quantity) => groupOf(context, quantity)).filter(({ moved }) => moved.length);
}

function groupOf(context, quantity) {
  const given = context.catalogue.cellsOf[quantity].filter((cell) => context.catalogue.ranges.has(cell) || state.changes.value.has(cell));
  return { quantity, moved: given };
}

/** A driver: one slider where one figure matters, else one for all together and one for each on demand. */
function Group({ context, target, group }) {
  const [open, setOpen] = useState(false);
  const { catalogue, data } = context;
  const quantity = data.quantities[group.quantity];
  const cells = relevant(context, target, group);
  if (cells.length === 0) return null;
  const label = catalogue.labelOf(quantity);
  if (cells.length === 1) return html`<${CellSlider} ...${{ context, cell: cells[0], label: [label, cellDetail(catalogue, cells[0])].filter(Boolean).join(" · "), elasticity: group.elasticity }} />`;
  const each = html`<button type="button" class="link" aria-expanded=${String(open)} aria-label=${`${text(open ? "fewerCells" : "eachOf", { n: cells.length })}: ${label}`} onClick=${() => setOpen(!open)}>
    ${text(open ? "fewerCells" : "eachOf", { n: cells.length })}
  </button>`;
  return html`<div class="driver-group">
    <${TogetherSlider} ...${{ context, cells, label, elasticity: group.elasticity, each }} />
    ${open &&
    html`<div class="each">
      ${cells.map((cell) => html`<${CellSlider} key=${cell} ...${{ context, cell, label: cellDetail(catalogue, cell) || label, name: label }} />`)}
    </div>`}
  </div>`;
}

/** The cells of a driver that matter for the target; all of the period and of no period where there is no target. */
function relevant({ catalogue, data, base }, target, { moved }) {
  const missing = (cell) => target !== null && base.value.of(cell) === null && data.cells.definition[cell] < 0;
  const free = moved.filter((cell) => catalogue.ranges.has(cell) || state.changes.value.has(cell) || missing(cell));
  if (target !== null) {
    const variants = catalogue.scenarioChanges(state.scenario.value).variants;
    const inputs = new Set([...catalogue.inputsOf(target, variants), ...base.value.inputs(target)]);
    const own = free.filter((cell) => inputs.has(cell) || state.changes.value.has(cell));
    if (own.length) return own;
  }
  const now = free.filter((cell) => data.cells.period[cell] === null || data.cells.period[cell] === state.period.value || state.changes.value.has(cell));
  return now.length ? now : free;
}

function cellDetail(catalogue, cell) {
  return [catalogue.membersOf(cell), catalogue.data.cells.period[cell]].filter((one) => one !== "" && one !== null).join(" · ");
}

function CellSlider({ context, cell, label, name = label, elasticity }) {
  const { catalogue, base } = context;
  const quantity = catalogue.quantityOf(cell);
  const before = base.value.of(cell);
  const value = state.changes.value.get(cell) ?? before;
  const show = (number) => shownValue(catalogue, quantity, number);
  const scale = catalogue.isPercent(quantity) ? 100 : 1;
  if (value === null) return html`<${Assumption} ...${{ context, cell, quantity, label, name, elasticity, scale }} />`;
  const range = catalogue.rangeOf(cell) ?? rangeOf(cell, before ?? value);
  if (!range) return null;
  return html`<${Slider}
    ...${{
      id: `cell-${cell}`,
      label,
      name: name === label ? label : `${name} · ${label}`,
      value,
      range,
      changed: state.changes.value.has(cell),
      was: before,
      show,
      elasticity,
      unit: catalogue.isPercent(quantity) ? "%" : catalogue.unitOf(quantity),
      typed: (words) => within(quantity, parseNumber(words, scale)),
      written: typable(value * scale),
      move: (number) => state.change(cell, number === before ? null : within(quantity, number)),
      reset: () => state.change(cell, null),
      open: () => (state.selection.value = `quantity:${quantity.id}`),
    }}
  />`;
}

/** A field for an input that nobody prints: what is typed is an assumption of the reader, and is marked as changed by hand. */
function Assumption({ context, cell, quantity, label, name, elasticity, scale }) {
  const { catalogue } = context;
  return html`<${Slider}
    ...${{
      id: `cell-${cell}`,
      label,
      name,
      value: null,
      range: null,
      changed: false,
      show: () => text("unknownAssume"),
      elasticity,
      unit: catalogue.isPercent(quantity) ? "%" : catalogue.unitOf(quantity),
      typed: (words) => within(quantity, parseNumber(words, scale)),
      written: "",
      move: (number) => state.change(cell, number),
      open: () => (state.selection.value = `quantity:${quantity.id}`),
    }}
  />`;
}

/** All figures of a driver together, in percent of what they were. */
function TogetherSlider({ context, cells, label, elasticity, each }) {
  const { catalogue, base } = context;
  const before = cells.map((cell) => base.value.of(cell));
  const at = before.findIndex((value) => value);
  if (at < 0) return null;
  const quantity = catalogue.quantityOf(cells[0]);
  const factor = (state.changes.value.get(cells[at]) ?? before[at]) / before[at];
  const move = (to) => {
    if (to === 1) return reset();
    const next = new Map(state.changes.value);
    cells.forEach((cell, number) => before[number] !== null && next.set(cell, within(quantity, Number((before[number] * to).toPrecision(12)))));
    state.changes.value = next;
    return next;
  };
  const reset = () => (state.changes.value = new Map([...state.changes.value].filter(([cell]) => !cells.includes(cell))));
  const show = (number) => `${number > 1 ? "+" : number < 1 ? "−" : "±"}${percent(Math.abs(number - 1), true)}`;
  return html`<${Slider}
    ...${{
      id: `all-${cells[0]}`,
      label,
      name: label,
      value: factor,
      range: { low: 1 / WIDEST, high: WIDEST, log: true },
      changed: cells.some((cell) => state.changes.value.has(cell)),
      was: 1,
      show,
      elasticity,
      unit: "%",
      each,
      typed: (words) => {
        const number = parseNumber(words.replace("%", ""), 100);
        return number === null || number <= -1 ? null : 1 + number;
      },
      written: typable((factor - 1) * 100),
      move,
      reset,
      open: () => (state.selection.value = `quantity:${quantity.id}`),
    }}
  />`;
}

/** A value inside the bounds that the model declares for a quantity. */
function within({ low, high }, value) {
  if (value === null || !Number.isFinite(value)) return null;
  return Math.min(Math.max(value, low ?? -Infinity), high ?? Infinity);
}

const assumed = new Map();

/** The range of a figure that nobody prints, kept while it lies within: a range that moved along would run away. */
function rangeOf(cell, value) {
  const kept = assumed.get(cell);
  if (kept && value >= kept.low && value <= kept.high) return kept;
  const made = rangeAround(value);
  assumed.set(cell, made);
  return made;
}

function rangeAround(value) {
  if (!value) return null;
  const ends = [value / 2, value * 2];
  return { low: Math.min(...ends), high: Math.max(...ends), log: false };
}
