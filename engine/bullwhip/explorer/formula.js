// Formulas as MathML elements, from nested lists [tag, part, …]: nothing is parsed, and no element is made but these.

const MATHML = "http://www.w3.org/1998/Math/MathML";
const TAGS = new Set(["mfrac", "mi", "mn", "mo", "mrow", "msqrt", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder"]);
const ATTRIBUTES = new Set(["class", "form", "movablelimits", "stretchy", "displaystyle"]);

/**
 * A formula as a <math> element.
 *
 * @param tree rule.formula of the model, or of one of its variants.
 * @param options.model the model, for labels.
 * @param options.language "zh" or "en".
 * @param options.left the number of the quantity that is defined, to write it and an equals sign in front.
 * @param options.label (quantity number) -> text or node, in place of the label of the quantity.
 * @param options.width of a line in ems: longer formulas are broken before a sign, as browsers break none.
 */
export function formula(tree, { model, language, left = null, label = null, width = 24 }) {
  const math = make("math");
  math.setAttribute("display", "block");
  math.style.whiteSpace = "nowrap"; // a name in a cell would go on below it, unseen
  const write = { data: model.data, at: language === "zh" ? 0 : 1, label };
  const whole = left === null ? tree : ["mrow", ["mi", left], ["mo", "="], tree];
  math.append(built(broken(whole, write, width), write));
  return math;
}

const SIGNS = new Set(["=", "+", "−", "×", "<", ">", "≤", "≥"]);
const UNBROKEN = new Set(["{", "|", "⌊", "⌈"]);
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;
const SMALLER = 0.71; // an index beside its base
const INDENT = 1.5;
const STUB = 4; // what is shorter than that does not stand in a line of its own

const isElement = (part) => Array.isArray(part);
const partsOf = (part) => part.slice(1).filter((inner) => !inner?.a);
const signOf = (part) => (isElement(part) && part[0] === "mo" ? partsOf(part)[0] : null);

/** About how wide a part is, in the size of its letters. */
function ems(part, write) {
  if (!isElement(part)) return [...wordOf(part, write)].reduce((sum, letter) => sum + (WIDE.test(letter) ? 1 : 0.5), 0);
  const inner = partsOf(part).map((each) => ems(each, write));
  if (["mfrac", "munder", "mtable"].includes(part[0])) return Math.max(0, ...inner) + 0.2;
  if (part[0] === "mtr") return inner.reduce((a, b) => a + b + 1, 0);
  if (part[0] === "msub" || part[0] === "msup") return inner[0] + SMALLER * inner[1];
  const total = inner.reduce((a, b) => a + b, 0);
  return part[0] === "mo" ? total + (SIGNS.has(signOf(part)) ? 0.6 : 0.1) : total;
}

/** A formula in lines of at most so many ems, where it can be broken: before signs, above and below fractions. */
function broken(part, write, width) {
  if (!isElement(part) || ems(part, write) <= width) return part;
  if (part[0] === "mfrac") return ["mfrac", ...partsOf(part).map((each) => broken(each, write, width))];
  if (part[0] === "mtable") return stacked(part, write, width);
  if (part[0] === "mtd") return ["mtd", broken(["mrow", ...part.slice(1)], write, width)];
  if (part[0] === "msub" || part[0] === "msup") {
    const [base, index] = partsOf(part);
    if (base[0] === "mi" && !write.label) return wrapped(base, write, width - SMALLER * ems(index, write), (last) => [part[0], last, index]);
    return part;
  }
  if ((part[0] === "mi" || part[0] === "mtext") && !write.label) return wrapped(part, write, width);
  if (part[0] !== "mrow") return part;
  const lines = [[]];
  let used = 0;
  for (const group of groups(opened(part), write, width - INDENT)) {
    const need = group.reduce((sum, each) => sum + ems(each, write), 0);
    if (used > STUB && used + need > width) {
      lines.push([]);
      used = INDENT;
      if (signOf(group[0])) group[0] = ["mo", { a: { form: "infix" } }, signOf(group[0])];
    }
    const room = width - used - group.reduce((sum, each) => sum + (signOf(each) ? ems(each, write) : 0), 0);
    lines.at(-1).push(...group.map((each) => broken(each, write, room)));
    used += need;
  }
  if (lines.length === 1) return ["mrow", ...lines[0]];
  const rows = lines.map((line, k) => ["mtr", ["mtd", { a: { class: k ? "formula-more" : "formula-first" } }, ...line]]);
  return ["mtable", { a: { class: "formula-lines", displaystyle: "true" } }, ...rows];
}

/** A name that is wider than a line, in lines: between words, or between letters that are as wide as high. */
function wrapped(part, write, width, ended = (last) => last) {
  const whole = partsOf(part).map((each) => wordOf(each, write)).join("");
  const pieces = whole.match(new RegExp(`${WIDE.source}|(?:(?!${WIDE.source})\\S)+\\s*|\\s+`, "gu"));
  const lines = [""];
  for (const piece of pieces) {
    if (lines.at(-1) && ems(lines.at(-1) + piece.trimEnd(), write) > width) lines.push("");
    lines.push(lines.pop() + piece);
  }
  const words = lines.map((line) => ["mtext", line.trim()]);
  words.push(ended(words.pop()));
  if (words.length === 1) return words[0];
  const rows = words.map((line) => ["mtr", ["mtd", { a: { class: "formula-first" } }, line]]);
  return ["mtable", { a: { class: "formula-lines" } }, ...rows];
}

/** Branches with the condition below the value, where both are too wide beside each other. */
function stacked(part, write, width) {
  const shown = (cell, k) => {
    const room = k ? width - INDENT : width;
    return ["mtr", ["mtd", { a: { class: k ? "formula-more" : "formula-first" } }, broken(["mrow", ...partsOf(cell)], write, room)]];
  };
  return ["mtable", ...part.slice(1).flatMap((row) => (row?.a ? [row] : partsOf(row).map(shown)))];
}

/** The parts of a row; those of the right side of an equation taken up into it. */
function opened(part) {
  const parts = partsOf(part);
  const last = parts.at(-1);
  return isElement(last) && last[0] === "mrow" && signOf(parts.at(-2)) === "=" ? [...parts.slice(0, -1), ...partsOf(last)] : parts;
}

/** Parts in groups that stay together, each begun by its sign; what is too wide for a line is split on. */
function groups(parts, write, width) {
  const found = [[]];
  for (const part of parts) {
    const begins = SIGNS.has(signOf(part)) && !part.some((inner) => inner?.a?.form === "prefix");
    if (begins && found.at(-1).length) found.push([]);
    found.at(-1).push(part);
  }
  return found.flatMap((group) => {
    const isOpen = (part) => isElement(part) && part[0] === "mrow" && !UNBROKEN.has(signOf(partsOf(part)[0]));
    const inner = group.flatMap((part) => (isOpen(part) ? partsOf(part) : [part]));
    const wide = group.reduce((sum, each) => sum + ems(each, write), 0) > width;
    if (!wide || inner.length === group.length) return [group];
    const finer = groups(inner, write, width);
    return finer[0].reduce((sum, each) => sum + ems(each, write), 0) > STUB ? finer : [group]; // no bracket is left open by a stub
  });
}

const make = (tag) => document.createElementNS(MATHML, tag);

function built(part, write) {
  if (typeof part === "string") return document.createTextNode(part);
  if (typeof part === "number") return named(part, write);
  if (!Array.isArray(part)) return document.createTextNode(worded(part, write));
  const [tag, ...rest] = part;
  if (!TAGS.has(tag)) return document.createTextNode("");
  const element = make(tag);
  for (const inner of rest) {
    if (inner?.a) attribute(element, inner.a);
    else element.append(built(inner, write));
  }
  if (tag === "mtd") aligned(element);
  return element;
}

/** Cells begin at the left, those of later lines further in; browsers would centre them. */
function aligned(cell) {
  const inLines = cell.hasAttribute("class");
  cell.style.textAlign = "left";
  cell.style.padding = inLines ? `.15em 0 .15em ${cell.getAttribute("class") === "formula-more" ? INDENT : 0}em` : ".15em .6em .15em .2em";
}

function attribute(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) if (ATTRIBUTES.has(name)) element.setAttribute(name, value);
}

/** What a part that is no element says, in the language. */
function wordOf(part, write) {
  if (typeof part === "string") return part;
  return typeof part === "number" ? write.data.quantities[part].label[write.at] : worded(part, write);
}

function named(number, { data, at, label }) {
  const shown = label?.(number) ?? data.quantities[number].label[at] ?? data.quantities[number].id;
  return typeof shown === "string" ? document.createTextNode(shown) : shown;
}

/** A member of a dimension, or a word of the notation, in the language. */
function worded(part, { data, at }) {
  if (part.w) return part.w[at];
  const { label, id, labels, members } = data.dimensions[part.m[0]];
  return part.m[1] < 0 ? label[at] || id : labels[part.m[1]]?.[at] || members[part.m[1]];
}
