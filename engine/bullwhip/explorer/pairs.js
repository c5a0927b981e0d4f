// Numbers of 31 digits: a pair [high, low] of doubles whose sum is meant, |low| at most half a unit in the last place of
// high. The engine computes with rationals; with pairs, what is equal, whole or zero there is found to be so here, where
// single doubles would put a kink beside its place, or a step on the wrong side.

const SPLITTER = 134217729; // 2^27 + 1
const CLOSE = 1e-27; // relative: far above what a thousand operations lose, far below what any print tells apart

export const ZERO = [0, 0];
export const ONE = [1, 0];

function twoSum(a, b) {
  const sum = a + b;
  const part = sum - a;
  return [sum, a - (sum - part) + (b - part)];
}

function settled(high, low) {
  const sum = high + low;
  return [sum, low - (sum - high)];
}

function productError(a, b, product) {
  let t = SPLITTER * a;
  const aHigh = t - (t - a);
  const aLow = a - aHigh;
  t = SPLITTER * b;
  const bHigh = t - (t - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

export function add(a, b) {
  const [high, low] = twoSum(a[0], b[0]);
  const [middle, least] = twoSum(a[1], b[1]);
  const first = settled(high, low + middle);
  const sum = settled(first[0], first[1] + least);
  // what is left where two equal numbers cancel is the error of both, and zero is meant
  return Math.abs(sum[0]) <= CLOSE * Math.max(Math.abs(a[0]), Math.abs(b[0])) ? ZERO : sum;
}

export const negative = (a) => [-a[0], -a[1]];
export const subtract = (a, b) => add(a, negative(b));

export function multiply(a, b) {
  const product = a[0] * b[0];
  return settled(product, productError(a[0], b[0], product) + (a[0] * b[1] + a[1] * b[0]));
}

export function divide(a, b) {
  const first = a[0] / b[0];
  let rest = minus(a, multiply(b, [first, 0]));
  const second = rest[0] / b[0];
  rest = minus(rest, multiply(b, [second, 0]));
  const [high, low] = settled(first, second);
  return settled(high, low + rest[0] / b[0]);
}

function minus(a, b) {
  const [high, low] = twoSum(a[0], -b[0]);
  const [middle, least] = twoSum(a[1], -b[1]);
  const first = settled(high, low + middle);
  return settled(first[0], first[1] + least);
}

export const sign = (a) => Math.sign(a[0]);
export const magnitude = (a) => (a[0] < 0 ? negative(a) : a);
export const isFinitePair = (a) => Number.isFinite(a[0]) && Number.isFinite(a[1]);

export function equal(a, b) {
  return a === b || Math.abs(minus(a, b)[0]) <= CLOSE * Math.max(Math.abs(a[0]), Math.abs(b[0]));
}

/** -1, 0 or 1; numbers that differ by less than the errors of computing them are equal. */
export function compare(a, b) {
  return equal(a, b) ? 0 : a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? -1 : 1;
}

/** The whole number that a number is, or null. */
export function whole(a) {
  const nearest = [Math.round(a[0]), 0];
  const rest = minus(a, nearest);
  const rounded = Math.abs(a[0]) < 2 ** 52 ? nearest : settled(nearest[0], Math.round(rest[0]));
  const off = Math.abs(minus(a, rounded)[0]);
  return off <= CLOSE * Math.max(1, Math.abs(a[0])) ? rounded : null;
}

export function floor(a) {
  const exactly = whole(a);
  if (exactly !== null) return exactly;
  const high = Math.floor(a[0]);
  return high === a[0] ? settled(high, Math.floor(a[1])) : [high, 0];
}

export const ceil = (a) => negative(floor(negative(a)));

/** A power with a whole exponent. */
export function integerPower(a, exponent) {
  let result = ONE;
  let factor = a;
  for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, factor);
    if (rest > 1) factor = multiply(factor, factor);
  }
  return exponent < 0 ? divide(ONE, result) : result;
}

/** A power of a number above zero with the exponent top / bottom. */
export function rationalPower(a, top, bottom) {
  if (bottom > 64) return exp(divide(multiply([top, 0], log(a)), [bottom, 0]));
  let root = [Math.pow(a[0], 1 / bottom), 0];
  for (let round = 0; round < 2; round += 1) {
    const below = integerPower(root, bottom - 1);
    const off = divide(minus(a, multiply(root, below)), multiply([bottom, 0], below));
    root = settled(root[0], root[1] + off[0]);
  }
  return integerPower(root, top);
}

const LN2 = [0.6931471805599453, 2.3190468138462996e-17];
const TERMS = 12;

export function exp(a) {
  const twos = Math.round(a[0] / LN2[0]);
  const rest = minus(a, multiply(LN2, [twos, 0]));
  const small = [rest[0] / 512, rest[1] / 512];
  let sum = ONE;
  for (let k = TERMS; k > 0; k -= 1) sum = plus(ONE, divide(multiply(small, sum), [k, 0]));
  for (let round = 0; round < 9; round += 1) sum = multiply(sum, sum);
  const half = Math.trunc(twos / 2);
  const scaled = [sum[0] * 2 ** half, sum[1] * 2 ** half];
  return [scaled[0] * 2 ** (twos - half), scaled[1] * 2 ** (twos - half)];
}

const plus = (a, b) => minus(a, negative(b));

/** The natural logarithm of a number above zero. */
export function log(a) {
  let result = [Math.log(a[0]), 0];
  for (let round = 0; round < 2; round += 1) {
    result = plus(result, minus(multiply(a, exp(negative(result))), ONE));
  }
  return result;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;
const RATIO = /^([+-]?\d+)\/(\d+)$/;

/** The number that a text or the shortest digits of a double say, e.g. 0.1 is a tenth; null where they say none. */
export function exact(written) {
  if (Number.isSafeInteger(written)) return [written, 0];
  if (typeof written === "number" && !Number.isFinite(written)) return null;
  if (typeof written !== "number" && typeof written !== "string") return null;
  const text = String(written).trim();
  const ratio = RATIO.exec(text);
  if (ratio) return BigInt(ratio[2]) === 0n ? null : quotient(BigInt(ratio[1]), BigInt(ratio[2]));
  const decimal = DECIMAL.exec(text);
  if (!decimal) return null;
  const digits = BigInt(decimal[1] + decimal[2] + (decimal[3] ?? ""));
  const exponent = Number(decimal[4] ?? 0) - (decimal[3] ?? "").length;
  if (Math.abs(exponent) > 400) return null;
  return exponent < 0 ? quotient(digits, 10n ** BigInt(-exponent)) : quotient(digits * 10n ** BigInt(exponent), 1n);
}

function quotient(top, bottom) {
  const value = divide(ofBig(top), ofBig(bottom));
  return isFinitePair(value) ? value : null;
}

function ofBig(number) {
  const high = Number(number);
  return Number.isFinite(high) ? settled(high, Number(number - BigInt(high))) : [high, 0];
}
