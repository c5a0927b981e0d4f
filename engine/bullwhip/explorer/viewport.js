/**
 * A window on a picture that is larger than its place: pan by dragging, zoom by wheel or buttons, fit, bring into view.
 *
 * The picture starts whole where its text stays readable, and at its own size otherwise; what is outside is counted by
 * whoever listens to `moved`.
 */

const MOST = 4;
const READABLE = 1;
const STEP = 1.25;
const DRAG = 4;

/** The window; `world` is the element that moves, `svg` the place it is seen through. */
export class Viewport {
  /**
   * @param {SVGSVGElement} svg the place
   * @param {SVGGElement} world what moves in it
   * @param {() => void} moved called after each move
   */
  constructor(svg, world, moved) {
    Object.assign(this, { svg, world, moved });
    this.bounds = { x: 0, y: 0, width: 1, height: 1 };
    this.place = { width: 1, height: 1 };
    this.at = { scale: 1, x: 0, y: 0 };
    this.untouched = true; // nobody has panned or zoomed, so that a larger place may show more
    this.wasDragged = false;
    this.pointers = new Map();
    this.leaving = new AbortController();
    this.#listen();
    this.observer = new ResizeObserver(() => this.#resized());
    this.observer.observe(svg);
  }

  /** Say how large the picture is, and show it from the start. */
  show(bounds) {
    this.bounds = bounds;
    this.#measure();
    this.start();
  }

  /** Show the whole picture if it is readable so, else its beginning at its own size. */
  start() {
    this.untouched = true;
    const whole = this.#wholeScale();
    const scale = Math.max(Math.min(whole, MOST / 2.5), READABLE);
    this.#set({ scale, ...this.#centred(scale) });
  }

  /** Show the whole picture, however small. */
  fit() {
    const scale = Math.min(this.#wholeScale(), MOST);
    this.untouched = false;
    this.#set({ scale, ...this.#centred(scale) });
  }

  /** Zoom by a factor about a point of the place; its middle when none is named. */
  zoom(factor, x = this.place.width / 2, y = this.place.height / 2) {
    const least = Math.min(this.#wholeScale(), READABLE) * 0.8;
    const scale = Math.min(Math.max(this.at.scale * factor, least), MOST);
    const by = scale / this.at.scale;
    this.untouched = false;
    this.#set({ scale, x: x - (x - this.at.x) * by, y: y - (y - this.at.y) * by });
  }

  /** Zoom one step in (1) or out (-1). */
  step(way) {
    this.zoom(way > 0 ? STEP : 1 / STEP);
  }

  /** Bring a rectangle of the picture into view, moving as little as needed. */
  reveal({ x, y, width, height }, margin = 24) {
    const { scale } = this.at;
    const left = nearest(this.at.x, x * scale, width * scale, this.place.width, margin);
    const top = nearest(this.at.y, y * scale, height * scale, this.place.height, margin);
    if (left !== this.at.x || top !== this.at.y) this.#set({ scale, x: left, y: top });
  }

  /** Whether a rectangle of the picture can be seen, at least its middle. */
  sees({ x, y, width, height }) {
    const middleX = (x + width / 2) * this.at.scale + this.at.x;
    const middleY = (y + height / 2) * this.at.scale + this.at.y;
    return middleX >= 0 && middleY >= 0 && middleX <= this.place.width && middleY <= this.place.height;
  }

  /** Stop listening. */
  close() {
    this.observer.disconnect();
    this.leaving.abort();
  }

  #wholeScale() {
    return Math.min(this.place.width / this.bounds.width, this.place.height / this.bounds.height);
  }

  #centred(scale) {
    const middle = (size, place, from) => Math.max((place - size * scale) / 2, 0) - from * scale;
    return {
      x: middle(this.bounds.width, this.place.width, this.bounds.x),
      y: middle(this.bounds.height, this.place.height, this.bounds.y),
    };
  }

  #measure() {
    const { width, height } = this.svg.getBoundingClientRect();
    if (width && height) this.place = { width, height };
  }

  #resized() {
    this.#measure();
    if (this.untouched) this.start();
    else this.#set(this.at);
    this.resized?.();
  }

  #set(at) {
    this.at = at;
    this.world.setAttribute("transform", `translate(${at.x.toFixed(2)} ${at.y.toFixed(2)}) scale(${at.scale.toFixed(4)})`);
    this.moved();
  }

  #listen() {
    const options = { signal: this.leaving.signal };
    const wheel = (event) => {
      event.preventDefault();
      const { left, top } = this.svg.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.clientX - left, event.clientY - top);
    };
    this.svg.addEventListener("wheel", wheel, { passive: false, ...options });
    this.svg.addEventListener("pointerdown", (event) => this.#press(event), options);
    this.svg.addEventListener("pointermove", (event) => this.#drag(event), options);
    for (const end of ["pointerup", "pointercancel"]) {
      this.svg.addEventListener(end, (event) => this.pointers.delete(event.pointerId), options);
    }
    // A drag that ends above a box must not select it.
    const click = (event) => this.wasDragged && event.stopPropagation();
    this.svg.addEventListener("click", click, { capture: true, ...options });
  }

  #press(event) {
    if (event.button !== 0) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.wasDragged = false;
    this.from = { x: event.clientX, y: event.clientY, at: this.at };
  }

  #drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    if (this.pointers.size === 2) this.#pinch(event.pointerId, before, now);
    this.pointers.set(event.pointerId, now);
    if (this.pointers.size > 1) return;
    const [x, y] = [now.x - this.from.x, now.y - this.from.y];
    if (!this.wasDragged && Math.hypot(x, y) < DRAG) return;
    this.wasDragged = true;
    this.untouched = false;
    if (!this.svg.hasPointerCapture(event.pointerId)) this.svg.setPointerCapture(event.pointerId);
    this.#set({ scale: this.from.at.scale, x: this.from.at.x + x, y: this.from.at.y + y });
  }

  #pinch(id, before, now) {
    const [other] = [...this.pointers].filter(([one]) => one !== id).map(([, place]) => place);
    const { left, top } = this.svg.getBoundingClientRect();
    const apart = (place) => Math.hypot(place.x - other.x, place.y - other.y);
    this.wasDragged = true;
    this.zoom(apart(now) / Math.max(apart(before), 1), other.x - left, other.y - top);
    this.from = { ...other, at: this.at };
  }
}

/** Where a length starts so that it lies inside its place: unmoved if it does, else at the nearer side. */
function nearest(start, from, size, place, margin) {
  const low = margin - from;
  const high = place - margin - from - size;
  if (high < low) return low;
  return Math.min(Math.max(start, low), high);
}
