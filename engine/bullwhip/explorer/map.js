/**
 * The chain as a map: tiers in columns with their companies and printed shares, and the edges of supply between them.
 *
 * The picture is built once per language, from the layout that Python computed; afterwards choosing something only
 * toggles classes, and moving a driver only rewrites the figures, because a map has a thousand elements.
 */
import { difference, short } from "./format.js";
import { MapKeys } from "./mapkeys.js";
import { Tip } from "./tip.js";
import * as state from "./state.js";
import { fitted, svg, textWidth } from "./svg.js";
import { name, text } from "./text.js";
import { effect, untracked } from "./vendor/preact.js";
import { Viewport } from "./viewport.js";

const BADGE = 12.5;
const FIGURE = 4;
const MUTED = 2;

/** The map in a place of the page. */
export class ChainMap {
  /**
   * @param {HTMLElement} place where the map stands
   * @param {object} context what tabs are given
   * @param {(counts: object) => void} counted told how much of the map is in view
   */
  constructor(place, context, counted) {
    this.context = context;
    this.counted = counted;
    this.svg = svg("svg", { class: "map", role: "group" });
    this.world = svg("g");
    this.svg.append(this.world);
    place.append(this.svg);
    this.tip = new Tip(place);
    this.view = new Viewport(this.svg, this.world, () => this.#count());
    this.keys = new MapKeys(this);
    this.svg.addEventListener("click", (event) => this.#click(event));
    this.svg.addEventListener("pointerover", (event) => this.#hover(event));
    this.svg.addEventListener("pointerleave", () => this.tip.hide());
    this.stops = [
      effect(() => this.#draw(state.language.value)),
      effect(() => this.#mark(state.selection.value, state.language.value)),
      effect(() => this.#figures()),
      effect(() => this.#statuses(state.period.value, state.language.value)),
    ];
    this.view.resized = () => untracked(() => this.#revealSelected());
  }

  /** Take the map down. */
  close() {
    this.stops.forEach((stop) => stop());
    this.view.close();
    this.svg.remove();
    this.tip.close();
  }

  /** Whether a share is marked as one of another market than the others of its tier. */
  get hasOtherMarkets() {
    return this.context.data.map.zh.panels.some(({ boxes }) => boxes.some(([, , , , , , share]) => share.endsWith("†")));
  }

  /** Select what a key names, or nothing where it is selected already. */
  choose(key) {
    state.selection.value = state.selection.value === key ? "" : key;
  }

  /** What can be reached by keys, tier by tier: `{column, keys}`, the tier itself before its companies. */
  get order() {
    return this.tiers.map(({ panel }) => ({
      column: panel.column,
      keys: [`tier:${panel.tier}`, ...panel.boxes.map(([company]) => `company:${company}@${panel.tier}`)],
    }));
  }

  #draw(language) {
    const layout = this.context.data.map[language];
    this.items = new Map(); // by key: {element, rect}
    this.routes = new Map();
    this.tiers = [];
    const edges = svg("g", { class: "routes", "aria-hidden": "true" }, ...layout.routes.map((one) => this.#route(one, layout)));
    const panels = svg("g", {}, ...layout.panels.map((panel) => this.#panel(panel)));
    this.world.replaceChildren(edges, panels);
    this.svg.setAttribute("aria-label", text("mapName"));
    const box = this.world.getBBox();
    const pad = 10;
    this.view.show({ x: box.x - pad, y: box.y - pad, width: box.width + 2 * pad, height: box.height + 2 * pad });
    this.keys.refresh();
  }

  #route(route, layout) {
    const key = `edge:${route.source}>${route.target}`;
    const from = layout.panels.find((panel) => panel.tier === route.source);
    const element = svg(
      "g",
      { class: `route ${hue(from)}${route.pulls ? " pulls" : ""}`, "data-key": key },
      svg("path", { class: "hit", d: route.path }),
      svg("path", { class: "line", d: route.path }),
      svg("path", { class: "tip", d: route.head }),
    );
    this.routes.set(key, { element, source: route.source, target: route.target });
    return element;
  }

  #panel(panel) {
    const [x, y, width, height] = panel.rect;
    const group = svg(
      "g",
      { class: `tier ${hue(panel)} ${panel.place}`, role: "group", "aria-label": this.#tierName(panel.tier) },
      svg("rect", { class: "panel", x, y, width, height, rx: 5 }),
    );
    const entry = { panel, group };
    group.append(this.#heading(panel, entry), ...panel.boxes.map((box) => this.#company(box, panel.tier)));
    this.tiers.push(entry);
    return group;
  }

  #heading(panel, entry) {
    const [x, y, width] = panel.rect;
    const key = `tier:${panel.tier}`;
    const first = panel.boxes[0];
    const height = (first ? first[2] - 3 : y + panel.rect[3]) - y;
    const button = svg("g", { class: "heading", role: "button", tabindex: -1, "data-key": key });
    button.append(svg("rect", { class: "hit", x: x + 1, y: y + 1, width: width - 2, height: height - 1, rx: 4 }));
    const tier = this.context.catalogue.tiers.get(panel.tier);
    const [firstLine] = panel.lines;
    if (panel.place === "ordered") {
      const [cx, cy] = [firstLine[0] - BADGE, firstLine[1] - 4.5];
      button.append(svg("circle", { class: "badge", cx, cy, r: 7.5 }));
      button.append(svg("text", { class: "badge-text", x: cx, y: cy + 3.8, "aria-hidden": "true" }, String(tier.order)));
    }
    const figures = [];
    for (const [lineX, lineY, words, size, flags] of panel.lines) {
      const kind = flags & FIGURE ? "figure" : flags & MUTED ? "muted" : "name";
      const line = svg("text", { class: kind, x: lineX, y: lineY, "font-size": Math.max(size, 11) }, flags & FIGURE ? "" : words);
      if (flags & FIGURE) figures.push(line);
      button.append(" ", line);
    }
    Object.assign(entry, { button, figures: figures.slice(0, 2), room: width - 12 });
    this.items.set(key, { element: button, rect: { x, y, width, height } });
    return button;
  }

  #company([company, x, y, width, height, shown, share, certain, possible], tier) {
    const key = `company:${company}@${tier}`;
    const status = this.context.catalogue.shownShare(company, tier, certain, possible);
    const bar = (part, kind) => (part ? svg("rect", { class: kind, x, y, width: Math.max(width * part, 2), height, rx: 3 }) : "");
    const estimate = status && status.claim.status !== "A" ? " estimate" : "";
    const element = svg(
      "g",
      { class: `company${share ? " shared" : ""}${estimate}`, role: "button", tabindex: -1, "data-key": key },
      svg("rect", { class: "box", x, y, width, height, rx: 3 }),
      bar(possible, "share-bar possible"),
      bar(certain, "share-bar"),
      svg("rect", { class: "frame", x, y, width, height, rx: 3 }),
      svg("text", { class: "who", x: x + 4, y: y + height - 5, "font-size": 11 }, shown),
    );
    if (share) element.append(" ", svg("text", { class: "share", x: x + width - 4, y: y + height - 5, "font-size": 11 }, share));
    element.setAttribute("aria-label", this.#companyName(company, shown, share, status));
    this.items.set(key, { element, rect: { x, y, width, height } });
    return element;
  }

  #tierName(tier) {
    return name(this.context.catalogue.tiers.get(tier)?.label, tier);
  }

  #companyName(company, shown, share, status) {
    const { label, ticker } = this.context.catalogue.companies.get(company) ?? {};
    const whole = name(label, company);
    const said = share ? [text("share"), text(status?.claim.status === "A" ? "actual" : "estimate")].join(" ") : text("noShare");
    const seen = [shown, share].filter(Boolean).join(" ");
    return [seen, said, whole === shown ? "" : whole, ticker].filter(Boolean).join(", ");
  }

  /** Mark what is selected and what belongs to it; the rest steps back. */
  #mark(selection) {
    const on = this.#belonging(selection);
    this.svg.classList.toggle("chosen", on.size > 0);
    for (const [key, { element }] of [...this.items, ...this.routes]) {
      const kind = on.get(key);
      element.classList.toggle("on", kind !== undefined);
      element.classList.toggle("selected", kind === "self");
      if (element.getAttribute("role") === "button") element.setAttribute("aria-pressed", String(kind === "self"));
    }
    for (const { panel, group } of this.tiers) group.classList.toggle("on", on.has(`tier:${panel.tier}`));
    untracked(() => this.#revealSelected());
    this.keys.follow(selection);
  }

  /** What belongs to a selection: key to `self` or `near`. */
  #belonging(selection) {
    const chosen = this.context.catalogue.selected(selection);
    const on = new Map();
    if (!chosen) return on;
    const tiers = this.#tiersOf(chosen);
    for (const [key, { source, target }] of this.routes) {
      const own = chosen.kind === "edge" ? key === selection : tiers.includes(source) || tiers.includes(target);
      if (!own || (chosen.kind === "company" && !tiers.includes(source))) continue;
      on.set(key, key === selection ? "self" : "near");
      for (const tier of [source, target]) on.set(`tier:${tier}`, on.get(`tier:${tier}`) ?? "near");
    }
    for (const tier of tiers) on.set(`tier:${tier}`, chosen.kind === "tier" ? "self" : "near");
    for (const key of this.items.keys()) {
      if (!key.startsWith("company:")) continue;
      const [company, tier] = key.slice(8).split("@");
      if (chosen.kind === "company" ? company === chosen.id : tiers.includes(tier)) on.set(key, key === selection ? "self" : "near");
      if (chosen.kind === "company" && !chosen.at && company === chosen.id) on.set(key, "self");
    }
    return on;
  }

  #tiersOf({ kind, id }) {
    const { catalogue } = this.context;
    if (kind === "tier") return [id];
    if (kind === "edge") return id.split(">");
    if (kind === "company") return catalogue.placed.get(id) ?? [];
    const quantity = this.context.data.quantities[catalogue.quantityNumber.get(id)];
    return quantity.tier ? [quantity.tier] : (quantity.edge ?? []);
  }

  #revealSelected() {
    const chosen = this.context.catalogue.selected(state.selection.value);
    if (!chosen) return;
    const key = chosen.kind === "company" && !chosen.at ? [...this.items.keys()].find((one) => one.startsWith(`company:${chosen.id}@`)) : state.selection.value;
    const found = this.items.get(key) ?? this.items.get(`tier:${this.#tiersOf(chosen)[0]}`);
    if (found) this.view.reveal(found.rect);
  }

  /** Write the figure of every tier, and how far it is from what it was before the changes by hand. */
  #figures() {
    const { catalogue, values, base } = this.context;
    const [now, before] = [values.value, base.value];
    for (const entry of this.tiers) {
      const [first, second] = entry.figures;
      const figure = this.#figureOf(catalogue.sizeOf(entry.panel.tier), now, before);
      const line = figure ? figure.value : "";
      if (first) write(first, second ? fitted(line, 11, entry.room) : together(figure, entry.room));
      if (second) {
        write(second, fitted([figure?.change, figure?.members].filter(Boolean).join(" "), 11, entry.room));
        second.classList.toggle("up", Boolean(figure?.change.startsWith("▲")));
        second.classList.toggle("down", Boolean(figure?.change.startsWith("▼")));
      }
      // What can be read stands first and unbroken, so that a voice command finds it; then what was cut.
      const seen = [...entry.button.querySelectorAll("text")].map((one) => one.textContent).filter(Boolean).join(" ");
      const said = [seen, this.#tierName(entry.panel.tier), line, figure?.members].filter((one) => one && !seen.includes(one));
      const label = [seen, ...said].join(", ");
      if (entry.button.getAttribute("aria-label") !== label) entry.button.setAttribute("aria-label", label);
    }
  }

  #figureOf(quantity, now, before) {
    const { catalogue, data } = this.context;
    if (quantity === undefined) return null;
    const cell = catalogue.cellAt(quantity, state.period.value, state.members.value);
    const value = cell === undefined ? null : now.of(cell);
    const members = cell === undefined ? "" : catalogue.membersOf(cell);
    if (value === null) return { value: text("unknown"), number: "", change: "", members };
    const unit = catalogue.unitOf(data.quantities[quantity]);
    return { value: `${short(value)} ${unit}`.trim(), number: short(value), change: difference(value, before.of(cell)), members };
  }

  /** Draw edges solid where their figures are actual, dashed where an estimate is in them, dotted where there is no rule. */
  #statuses(period) {
    for (const [key, { element }] of this.routes) {
      const status = this.context.catalogue.edgeStatus(key.slice(5), period);
      for (const kind of ["actual", "estimate", "bare"]) element.classList.toggle(kind, kind === status);
    }
  }

  #click(event) {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) this.choose(key);
    else state.selection.value = "";
    if (key && this.items.has(key)) this.keys.focus(key);
  }

  #hover(event) {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) this.tip.hide();
    else this.tip.show(this.context.catalogue.describe(key), event.clientX, event.clientY);
  }

  #count() {
    if (!this.tiers) return;
    let tiers = 0;
    let companies = 0;
    for (const [key, { rect }] of this.items) {
      if (!this.view.sees(rect)) continue;
      if (key.startsWith("tier:")) tiers += 1;
      else companies += 1;
    }
    const all = this.items.size - this.tiers.length;
    this.counted({ tiers, companies, allTiers: this.tiers.length, allCompanies: all, scale: this.view.at.scale });
  }
}

function hue({ place, column }) {
  return place === "ordered" ? `hue-${column % 10}` : `hue-${place}`;
}

/** Figure and change on one line: what moved is told rather than the unit, which stands there while nothing moves. */
function together(figure, room) {
  if (!figure) return "";
  const whole = [figure.value, figure.change].filter(Boolean).join(" ");
  return figure.change && textWidth(whole, 11) > room ? fitted(`${figure.number} ${figure.change}`, 11, room) : fitted(whole, 11, room);
}

/** A write to text restyles; most figures stay as they are at a move of one driver. */
function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
