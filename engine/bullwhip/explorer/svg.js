/** Elements of pictures, made one by one: no text is ever read as markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an SVG element.
 * @param {string} tag its name
 * @param {Object<string, string|number|null|undefined>} attributes its attributes; null and undefined are left out
 * @param {...(Node|string)} inside what stands in it
 * @returns {SVGElement} the element
 */
export function svg(tag, attributes = {}, ...inside) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...inside);
  return element;
}

let ruler = null;
let family = "";

/** Return how wide a text is in the font of the page, in pixels. */
export function textWidth(words, size, weight = 400) {
  ruler ??= document.createElement("canvas").getContext("2d");
  family ||= getComputedStyle(document.body).fontFamily;
  ruler.font = `${weight} ${size}px ${family}`;
  return ruler.measureText(words).width;
}

/** Return a text cut to a width, with an ellipsis where something is cut. */
export function fitted(words, size, width, weight = 400) {
  if (textWidth(words, size, weight) <= width) return words;
  let kept = [...words];
  while (kept.length > 1 && textWidth(`${kept.join("")}…`, size, weight) > width) kept = kept.slice(0, -1);
  return `${kept.join("").trimEnd()}…`;
}
