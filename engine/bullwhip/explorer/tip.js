/** A small note beside the pointer: the whole name and what stands behind a box or an edge. */

/** The note; it is for the pointer alone, because everything in it is in the name that a screen reader gives. */
export class Tip {
  constructor(place) {
    this.place = place;
    this.element = document.createElement("div");
    this.element.className = "tip-note";
    this.element.setAttribute("aria-hidden", "true");
    this.element.hidden = true;
    place.append(this.element);
  }

  /** Show lines near a point of the window. */
  show(lines, x, y) {
    if (!lines.length) return this.hide();
    this.element.replaceChildren(
      ...lines.map((line) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = line;
        return paragraph;
      }),
    );
    this.element.hidden = false;
    // At its old place near an edge it would be squeezed, and measured so.
    this.element.style.left = "0";
    this.element.style.top = "0";
    const around = this.place.getBoundingClientRect();
    const own = this.element.getBoundingClientRect();
    const left = Math.min(x - around.left + 14, around.width - own.width - 6);
    const below = y - around.top + 18;
    const top = below + own.height > around.height ? y - around.top - own.height - 10 : below;
    this.element.style.left = `${Math.max(left, 4)}px`;
    this.element.style.top = `${Math.max(top, 4)}px`;
  }

  /** Hide it. */
  hide() {
    this.element.hidden = true;
  }

  /** Take it down. */
  close() {
    this.element.remove();
  }
}
