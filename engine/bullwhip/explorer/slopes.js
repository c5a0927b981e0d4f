// How operations answer a move of their arguments, to one side: the rules of propagate/directional.py, one by one.
// A slope is a derivative and an elasticity, each a pair or null where it is unknown.

import { ZERO, add, compare, divide, equal, magnitude, multiply, negative, sign, subtract, whole } from "./pairs.js";

export const STILL = Object.freeze({ derivative: ZERO, elasticity: ZERO });
const UNKNOWN = Object.freeze({ derivative: null, elasticity: null });

export const SIDED = new Set(["min", "max", "abs", "<", "<="]);

const isZero = (a) => a !== null && a[0] === 0;
export const stands = (slope) => slope === STILL || (isZero(slope.derivative) && isZero(slope.elasticity));
const same = (a, b) => (a === null || b === null ? a === b : equal(a, b));
export const sameSlope = (a, b) => a === b || (same(a.derivative, b.derivative) && same(a.elasticity, b.elasticity));

/** Fill the one of the two that follows from the other and the value. */
function settle(derivative, elasticity, value) {
  const known = value !== null && value[0] !== 0;
  return {
    derivative: derivative === null && elasticity !== null && value !== null ? multiply(elasticity, value) : derivative,
    elasticity: elasticity === null && derivative !== null && known ? divide(derivative, value) : elasticity,
  };
}

/** The elasticity that all arguments share, or null. */
function common(inner) {
  const first = inner[0].elasticity;
  return inner.every((slope) => same(slope.elasticity, first)) ? first : null;
}

const sumOf = (some) => (some.includes(null) ? null : some.reduce(add, ZERO));

function ofSum(node, found, inner, value) {
  const derivative = sumOf(inner.map((slope) => slope.derivative));
  if (derivative === null || value === null) return { derivative, elasticity: common(inner) };
  return settle(derivative, value[0] === 0 ? common(inner) : null, value);
}

function ofProduct(node, found, inner, value) {
  const elasticity = sumOf(inner.map((slope) => slope.elasticity));
  let derivative = ZERO;
  for (let k = 0; k < inner.length && derivative !== null; k += 1) {
    let term = inner[k].derivative;
    if (isZero(term)) continue;
    for (let j = 0; j < found.length && term !== null; j += 1) {
      if (j !== k) term = found[j] === null ? null : multiply(term, found[j]);
    }
    derivative = term === null ? null : add(derivative, term);
  }
  return settle(derivative, elasticity, value);
}

function ofQuotient(node, [top, bottom], [a, b], value) {
  const elasticity = a.elasticity === null || b.elasticity === null ? null : subtract(a.elasticity, b.elasticity);
  let derivative = null;
  if (bottom !== null && bottom[0] !== 0 && a.derivative !== null && b.derivative !== null) {
    if (isZero(b.derivative)) derivative = divide(a.derivative, bottom);
    else if (top !== null) {
      const rise = subtract(multiply(a.derivative, bottom), multiply(top, b.derivative));
      derivative = divide(rise, multiply(bottom, bottom));
    }
  }
  return settle(derivative, elasticity, value);
}

function ofPower(node, [base], [inner], value) {
  const { exponent, top, bottom } = node;
  const elasticity = inner.elasticity === null ? null : multiply(exponent, inner.elasticity);
  let derivative = null;
  if (inner.derivative !== null && base !== null) {
    if (base[0] !== 0 && value !== null) {
      derivative = multiply(divide(multiply(exponent, value), base), inner.derivative);
    } else if (base[0] === 0 && top >= bottom) derivative = top === bottom ? inner.derivative : ZERO;
  }
  return settle(derivative, elasticity, value);
}

function ofExtreme(node, found, inner, value, side) {
  if (value === null || found.includes(null)) return { derivative: null, elasticity: common(inner) };
  const speeds = inner.filter((slope, k) => equal(found[k], value)).map((slope) => slope.derivative);
  if (speeds.includes(null)) return UNKNOWN;
  const wanted = (node.operation === "min") === (side > 0) ? -1 : 1; // moving left turns the least into the greatest
  return settle(speeds.reduce((best, speed) => (compare(speed, best) === wanted ? speed : best)), null, value);
}

function ofMagnitude(node, [argument], [inner], value, side) {
  if (argument === null) return { derivative: null, elasticity: inner.elasticity };
  if (argument[0] !== 0) {
    const derivative = argument[0] < 0 && inner.derivative !== null ? negative(inner.derivative) : inner.derivative;
    return settle(derivative, inner.elasticity, value);
  }
  const speed = inner.derivative === null ? null : magnitude(inner.derivative);
  return { derivative: speed === null || side > 0 ? speed : negative(speed), elasticity: null };
}

/** Floor and ceil are flat between their jumps and have no derivative at one. */
const ofStep = (node, [argument], [inner]) =>
  argument === null || inner.derivative === null || whole(argument) !== null ? UNKNOWN : STILL;

const ofSign = (node, [argument]) => (argument === null || argument[0] === 0 ? UNKNOWN : STILL);

function ofExp(node, found, [inner], value) {
  const speed = inner.derivative;
  return { derivative: speed === null || value === null ? null : multiply(value, speed), elasticity: speed };
}

const ofLog = (node, found, [inner], value) => settle(inner.elasticity, null, value);

function ofChoice(node, [left, right, a, b], inner, value, side) {
  const valuesMeet = a === null || b === null ? a === b : equal(a, b);
  if (left === null || right === null) return sameSlope(inner[2], inner[3]) && valuesMeet ? inner[2] : UNKNOWN;
  const order = compare(left, right);
  if (order !== 0 || (stands(inner[0]) && stands(inner[1]))) {
    return order < 0 || (order === 0 && node.operation === "<=") ? inner[2] : inner[3];
  }
  if (inner[0].derivative === null || inner[1].derivative === null || a === null || !valuesMeet) return UNKNOWN;
  const drift = side * sign(subtract(inner[0].derivative, inner[1].derivative));
  if (drift === 0) return sameSlope(inner[2], inner[3]) ? inner[2] : UNKNOWN; // the sides touch
  return drift < 0 ? inner[2] : inner[3];
}

const RULES = {
  "+": ofSum, "*": ofProduct, "/": ofQuotient, "^": ofPower, min: ofExtreme, max: ofExtreme, abs: ofMagnitude,
  floor: ofStep, ceil: ofStep, sign: ofSign, exp: ofExp, log: ofLog, "<": ofChoice, "<=": ofChoice,
};

/** The slope of an operation to one side (1 or -1), from values and slopes of its arguments and its own value. */
export function slopeOf(node, found, inner, value, side) {
  return inner.every(stands) ? STILL : RULES[node.operation](node, found, inner, value, side);
}
