// Formulas as MathML elements, from nested lists [tag, part, …]: nothing is parsed, and no element is made but these.

const MATHML = "http://www.w3.org/1998/Math/MathML";
const TAGS = new Set(["mfrac", "mi", "mn", "mo", "mrow", "msqrt", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder"]);
const ATTRIBUTES = new Set(["form", "movablelimits", "stretchy", "displaystyle"]);

/**
 * A formula as a <math> element.
 *
 * @param tree rule.formula of the model, or of one of its variants.
 * @param options.model the model, for labels.
 * @param options.language "zh" or "en".
 * @param options.left the number of the quantity that is defined, to write it and an equals sign in front.
 * @param options.label (quantity number) -> text or node, in place of the label of the quantity.
 */
export function formula(tree, { model, language, left = null, label = null }) {
  const math = make("math");
  math.setAttribute("display", "block");
  const write = { data: model.data, at: language === "zh" ? 0 : 1, label };
  if (left !== null) math.append(built(["mi", left], write), built(["mo", "="], write));
  math.append(built(tree, write));
  return math;
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
  return element;
}

function attribute(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) if (ATTRIBUTES.has(name)) element.setAttribute(name, value);
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
