/**
 * Names and look-ups over the model of the page: which cells a quantity has, what they are called, what is known of them.
 *
 * Nothing here computes or draws. Quantities, cells, claims and dimensions are numbers, as in the model; the address and
 * people use names, so this module goes from one to the other.
 */
import { name, text } from "./text.js";

const EMPTY = Object.freeze([]);
const NO_MEMBERS = new Map();
const SIGNS = { "<=": "≤", ">=": "≥" };

/**
 * Return look-ups over a model.
 * @param {object} data the model as the server gives it (docs/json.md)
 * @returns {Catalogue} the look-ups
 */
export function catalogue(data) {
  return new Catalogue(data);
}

/** Turn a number of the model, a JSON number or an exact text such as `1780/107`, into a number; null stays null. */
export function numberOf(exact) {
  if (exact === null || exact === undefined) return null;
  if (typeof exact === "number") return exact;
  const [over, under = "1"] = String(exact).split("/");
  return Number(over) / Number(under);
}

/** A share as it is printed: `82%`, `60–70%`, `~50%`. */
export function shareText({ value, low, high, bound }) {
  const sign = SIGNS[bound] ?? bound;
  const part = (exact) => `${Number((numberOf(exact) * 100).toPrecision(6))}`;
  if (value !== null) return `${sign}${part(value)}%`;
  if (low !== null && high !== null) return `${part(low)}–${part(high)}%`;
  return low !== null ? `≥${part(low)}%` : `≤${part(high)}%`;
}

/** Look-ups over a model; see the head of the module. */
export class Catalogue {
  constructor(data) {
    this.data = data;
    this.quantityNumber = numbering(data.quantities);
    this.dimensionNumber = numbering(data.dimensions);
    this.tiers = byId(data.tiers);
    this.companies = byId(data.companies);
    this.edges = new Map(data.edges.map((edge) => [`${edge.source}>${edge.target}`, edge]));
    this.cellsOf = grouped(data.cells.quantity, data.quantities.length);
    this.given = new Map(data.given.cell.map((cell, at) => [cell, at]));
    this.ranges = new Map(data.ranges.cell.map((cell, at) => [cell, at]));
    this.claimsOf = claimsByCell(data);
    this.suppliesOf = groupBy(data.supplies, (one) => one.company);
    this.sharesOf = groupBy(data.shares, (one) => one.company);
    this.percents = percentQuantities(this);
    this.placed = placedCompanies(data);
    this.cellNumbers = new Map(data.cells.quantity.map((_, cell) => [this.cellName(cell), cell]));
    this.scenarios = byId(data.scenarios);
    this.readers = null;
  }

  /** What the address may say. */
  get known() {
    const { workspace, stamp, scenarios, dimensions } = this.data;
    return {
      periods: workspace.periods,
      period: workspace.periods.length ? workspace.period : null,
      scenarios: scenarios.map((one) => one.id),
      scenario: stamp.scenario,
      cellOf: (text) => this.cellNumbers.get(text),
      nameOf: (cell) => this.cellName(cell),
      isSelection: (text) => this.selected(text) !== null,
      dimensions: new Map(dimensions.map((one) => [one.id, one.members])),
    };
  }

  /**
   * Return what a selection names.
   * @param {string} text e.g. `tier:hbm`, `company:nvidia@ai_chip`, `edge:hbm>ai_chip`, `quantity:hbm.value`
   * @returns {{kind: string, id: string, at: string}|null} null where the model has no such thing
   */
  selected(text) {
    const cut = text.indexOf(":");
    const kind = text.slice(0, cut);
    const [id, at = ""] = kind === "company" ? text.slice(cut + 1).split("@") : [text.slice(cut + 1)];
    const known = {
      tier: () => this.tiers.has(id),
      company: () => this.companies.has(id) && (!at || this.tiers.has(at)),
      edge: () => this.edges.has(id),
      quantity: () => this.quantityNumber.has(id),
    }[kind];
    return known?.() ? { kind, id, at } : null;
  }

  /** What the figures start from in a scenario: the server's own start in its scenario, else what the scenario sets. */
  scenarioChanges(id) {
    const { start, stamp } = this.data;
    const from = id === stamp.scenario ? start : (this.scenarios.get(id) ?? start);
    const values = Object.entries(from.values).map(([cell, value]) => [Number(cell), numberOf(value)]);
    return { changes: new Map(values), variants: new Map(Object.entries(from.variants)) };
  }

  /** The quantity of a cell. */
  quantityOf(cell) {
    return this.data.quantities[this.data.cells.quantity[cell]];
  }

  /** The name of a cell as commands and addresses write it, e.g. `accelerator.count[chip=a100_sxm,period=2025]`. */
  cellName(cell) {
    const { cells, dimensions } = this.data;
    const parts = this.indexOf(cell).map(([d, m]) => `${dimensions[d].id}=${dimensions[d].members[m]}`);
    if (cells.period[cell] !== null) parts.push(`period=${cells.period[cell]}`);
    const { id } = this.quantityOf(cell);
    return parts.length ? `${id}[${parts.join(",")}]` : id;
  }

  /** Dimension and member, as numbers, of a cell. */
  indexOf(cell) {
    return this.data.indices[this.data.cells.index[cell]];
  }

  /** The members of a cell for people, e.g. `A100 SXM · 200G`; empty where it has none. */
  membersOf(cell) {
    const { dimensions } = this.data;
    return this.indexOf(cell)
      .map(([d, m]) => name(dimensions[d].labels[m], dimensions[d].members[m]))
      .join(" · ");
  }

  /** The name of a quantity for people. */
  labelOf(quantity) {
    return name(quantity.label, quantity.id);
  }

  /** The unit of a quantity for people; empty for a pure number. */
  unitOf(quantity) {
    return quantity.unit === "1" ? "" : name(this.data.units[quantity.unit], quantity.unit);
  }

  /** Whether a quantity is a part of a whole or a growth, which people read in percent. */
  isPercent(quantity) {
    return this.percents.has(quantity.id);
  }

  /**
   * The cells of a quantity in a period, those of the chosen members first; none where there is no such quantity.
   * @param {number|null} quantity its number
   * @param {number|null} period the period; cells without one are of every period
   * @param {Map<string, string>} members chosen members by dimension
   */
  cellsAt(quantity, period, members) {
    const { cells } = this.data;
    const own = this.cellsOf[quantity] ?? EMPTY;
    const all = own.filter((cell) => cells.period[cell] === null || cells.period[cell] === period);
    const apart = all.map((cell) => [this.#misses(cell, members), cell]);
    return apart.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, cell]) => cell);
  }

  /** The cell that stands for a quantity in a period: of the chosen members, else of the first ones; or undefined. */
  cellAt(quantity, period, members) {
    return this.cellsAt(quantity, period, members)[0];
  }

  #misses(cell, members) {
    const { dimensions } = this.data;
    let misses = 0;
    for (const [d, m] of this.indexOf(cell)) {
      const wanted = members.get(dimensions[d].id);
      if (wanted !== undefined && wanted !== dimensions[d].members[m]) misses += 1;
    }
    return misses;
  }

  /** The quantity that sizes a tier, by number, or undefined. */
  sizeOf(tier) {
    const own = this.tiers.get(tier)?.quantities ?? EMPTY;
    return own.find((one) => this.data.quantities[one].primary);
  }

  /** A claim as a record: `{document, locator, row, column, lexical, unit, status, period, verdict, …}`. */
  claim(number) {
    const { claims, documents } = this.data;
    const record = { number };
    for (const [field, column] of Object.entries(claims)) record[field] = column[number];
    record.document = documents[claims.document[number]];
    return record;
  }

  /** What a cell is given: `{value, claims, losers, note}`, or null where it is not given. */
  givenOf(cell) {
    const at = this.given.get(cell);
    if (at === undefined) return null;
    const { given } = this.data;
    return { value: numberOf(given.value[at]), claims: given.claims[at], losers: given.losers[at], note: given.note[at] };
  }

  /** How far a slider of a cell goes: `{low, high, log}`, or null where it has none. */
  rangeOf(cell) {
    const at = this.ranges.get(cell);
    if (at === undefined) return null;
    const { ranges } = this.data;
    return { low: numberOf(ranges.low[at]), high: numberOf(ranges.high[at]), log: Boolean(ranges.log[at]) };
  }

  /**
   * The given cells that a cell rests on, in their order.
   * @param {number} cell the cell
   * @param {Map<string, string>} variants the rules that are read instead of the first ones, by quantity
   */
  inputsOf(cell, variants) {
    const { graph, cells } = this.data;
    const seen = new Set();
    const found = [];
    const open = [];
    const visit = (one) => {
      if (this.given.has(one)) found.push(one);
      const other = cells.variants[one]?.[variants.get(this.quantityOf(one).id)];
      const node = other ?? cells.definition[one];
      if (node >= 0) open.push(node);
    };
    visit(cell);
    while (open.length) {
      const node = open.pop();
      if (seen.has(node)) continue;
      seen.add(node);
      if (Array.isArray(graph[node])) open.push(...operands(node, graph[node]));
      else if (!seen.has(`cell ${graph[node]}`)) {
        seen.add(`cell ${graph[node]}`);
        visit(graph[node]);
      }
    }
    return [...new Set(found)].sort((one, other) => one - other);
  }

  /**
   * The cells that the rule of a cell reads, in the order of their numbers: of other members and periods than the chosen
   * ones where the rule says so, and each of those that it adds up.
   */
  readsOf(cell, variants) {
    const { graph, cells } = this.data;
    const found = new Set();
    const seen = new Set();
    const open = [cells.variants[cell]?.[variants.get(this.quantityOf(cell).id)] ?? cells.definition[cell]];
    while (open.length) {
      const node = open.pop();
      if (node < 0 || seen.has(node)) continue;
      seen.add(node);
      if (Array.isArray(graph[node])) open.push(...operands(node, graph[node]));
      else found.add(graph[node]);
    }
    return [...found].sort((one, other) => one - other);
  }

  /**
   * The printed share that the map shows for a company at a tier, with its claim; null where none is printed.
   * @param {number} certain the part that is drawn full; with `possible` it tells several prints apart
   */
  shownShare(company, tier, certain, possible) {
    const own = (this.sharesOf.get(company) ?? EMPTY).filter((one) => one.tier === tier);
    const ends = (one) => [numberOf(one.low) ?? numberOf(one.value) ?? 0, numberOf(one.high) ?? numberOf(one.value) ?? 0];
    const fits = own.find((one) => close(ends(one)[1], possible) || close(ends(one)[0], certain));
    const share = fits ?? own[0];
    return share ? { share, claim: this.claim(share.claim) } : null;
  }

  /** What the figures of an edge rest on: `actual`, `estimate` where anything is, `bare` where no rule runs along it. */
  edgeStatus(id, period) {
    const cells = this.edges
      .get(id)
      .quantities.map((one) => this.cellAt(one, period, NO_MEMBERS))
      .filter((cell) => cell !== undefined);
    const inputs = new Set(cells.flatMap((cell) => this.inputsOf(cell, NO_MEMBERS)));
    if (!inputs.size) return "bare";
    return [...inputs].every((cell) => this.isActual(cell)) ? "actual" : "estimate";
  }

  /** Whether a given cell is an actual figure or a specification, and neither an estimate nor an assumption. */
  isActual(cell) {
    const { claims } = this.givenOf(cell);
    return claims.length > 0 && claims.every((number) => this.data.claims.status[number] !== "E");
  }

  /** A few lines on what a key of the map names, for the note beside the pointer. */
  describe(key) {
    const chosen = this.selected(key);
    if (!chosen) return [];
    const { kind, id, at } = chosen;
    if (kind === "tier") return [this.tierName(id), text("nCompanies", { n: this.companiesAt(id).length })];
    if (kind === "edge") return this.#describeEdge(id);
    const company = this.companies.get(id);
    const shares = (this.sharesOf.get(id) ?? EMPTY).filter((one) => !at || one.tier === at);
    const whole = [...new Set(company.label)].join(" · ");
    return [[whole, company.ticker].filter(Boolean).join(" · "), ...shares.map((one) => this.shareLine(one))];
  }

  #describeEdge(id) {
    const [source, target] = id.split(">");
    const edge = this.edges.get(id);
    const rules = edge.quantities.length ? text("nQuantities", { n: edge.quantities.length }) : text("edgeBare");
    return [`${this.tierName(source)} → ${this.tierName(target)}`, edge.pulls ? text("edgePulls") : "", rules].filter(Boolean);
  }

  /** A printed share with its market, period and source, on one line. */
  shareLine(share) {
    const claim = this.claim(share.claim);
    const market = share.quantity === null ? "" : this.labelOf(this.data.quantities[share.quantity]);
    const from = `${claim.document.id} ${claim.locator}`;
    return [`${shareText(share)} ${text(claim.status === "A" ? "actual" : "estimate")}`, market, share.period, from].filter(Boolean).join(" · ");
  }

  /** The name of a tier for people. */
  tierName(id) {
    return name(this.tiers.get(id)?.label, id);
  }

  /** The suppliers of a tier by id, as the map lists them. */
  companiesAt(tier) {
    const panel = this.data.map.zh.panels.find((one) => one.tier === tier);
    return panel ? panel.boxes.map(([company]) => company) : [];
  }

  /**
   * Find companies, tiers and quantities by any part of any name, ticker or id.
   * @param {string} asked what was typed
   * @returns {{key: string, label: string, detail: string, kind: string}[]} the best first
   */
  find(asked) {
    const wanted = plain(asked);
    if (!wanted) return [];
    this.readers ??= searchables(this.data);
    const found = [];
    for (const entry of this.readers) {
      const score = Math.min(...entry.words.map((word) => scoreOf(word, wanted)));
      if (score < 3) found.push([score, entry]);
    }
    found.sort((a, b) => a[0] - b[0] || a[1].rank - b[1].rank);
    return found.map(([, entry]) => ({
      key: entry.key,
      label: name(entry.label, entry.id),
      detail: [entry.ticker, name([...(entry.label ?? [])].reverse())].filter((one) => one && one !== name(entry.label)).join(" · "),
      kind: entry.kind,
    }));
  }
}

/** A node says how far back its operands stand; a power keeps its exponent as a number behind them. */
function operands(node, [operation, ...back]) {
  if (operation === "num") return EMPTY;
  return (operation === "^" ? back.slice(0, -1) : back).map((distance) => node - distance);
}

function close(one, other) {
  return Math.abs(one - other) < 1e-4;
}

function scoreOf(word, wanted) {
  if (word === wanted) return 0;
  if (word.startsWith(wanted)) return 1;
  return word.includes(wanted) ? 2 : 3;
}

function searchables({ companies, tiers, quantities }) {
  const entry = (kind, rank) => (one) => ({
    key: `${kind === "driverWord" ? "quantity" : kind}:${one.id}`,
    kind,
    rank,
    id: one.id,
    label: one.label,
    ticker: one.ticker ?? (kind === "quantity" || kind === "driverWord" ? one.id : ""),
    words: [...(one.label ?? []), one.id, one.ticker ?? "", ...(one.aliases ?? [])].filter(Boolean).map(plain),
  });
  return [
    ...tiers.map(entry("tier", 0)),
    ...companies.map(entry("company", 1)),
    ...quantities.map((one) => entry(one.driver ? "driverWord" : "quantity", 2)(one)),
  ];
}

/** Case, width of letters and spaces do not matter in a search. */
export function plain(words) {
  return words.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}

function percentQuantities(entries) {
  const { quantities, claims, cells } = entries.data;
  const found = new Set();
  for (const one of quantities) if (one.unit === "1" && one.low === 0 && one.high === 1) found.add(one.id);
  claims.cell.forEach((cell, number) => {
    if (cell === null || !claims.unit[number].includes("%")) return;
    const quantity = quantities[cells.quantity[cell]];
    if (quantity.unit === "1") found.add(quantity.id);
  });
  return found;
}

function placedCompanies({ map }) {
  const found = new Map();
  for (const panel of map.zh.panels) {
    for (const [company] of panel.boxes) found.set(company, [...(found.get(company) ?? []), panel.tier]);
  }
  return found;
}

function claimsByCell({ claims }) {
  const found = new Map();
  claims.cell.forEach((cell, number) => {
    if (cell !== null) found.set(cell, [...(found.get(cell) ?? []), number]);
  });
  return found;
}

function numbering(things) {
  return new Map(things.map((one, at) => [one.id, at]));
}

function byId(things) {
  return new Map(things.map((one) => [one.id, one]));
}

function grouped(keys, count) {
  const found = Array.from({ length: count }, () => []);
  keys.forEach((key, at) => found[key].push(at));
  return found;
}

function groupBy(things, key) {
  const found = new Map();
  for (const one of things) found.set(key(one), [...(found.get(key(one)) ?? []), one]);
  return found;
}
