/**
 * The search box of the head: companies by any name or ticker, tiers, quantities; what is chosen is selected in the map.
 */
import * as state from "./state.js";
import { text } from "./text.js";
import { html, useRef, useState } from "./vendor/preact.js";

const SHOWN = 12;

/** The box with its list of what was found; the keys are those of any combobox. */
export function SearchBox({ context }) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const field = useRef(null);
  const asked = state.search.value;
  const found = open && asked.trim() ? context.catalogue.find(asked) : [];
  const shown = found.slice(0, SHOWN);
  const choose = (one) => {
    state.selection.value = one.key;
    state.tab.value = "chain";
    setOpen(false);
    context.announce(`${one.label}, ${text(one.kind)}`);
  };
  const keys = (event) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined && shown.length) {
      event.preventDefault();
      setAt((to + shown.length) % shown.length);
    } else if (event.key === "Enter" && shown[at]) {
      event.preventDefault();
      choose(shown[at]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (open) setOpen(false);
      else state.search.value = "";
    }
  };
  const leave = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  };
  const listed = shown.length > 0;
  return html`<div class="searchbox" onFocusOut=${leave}>
    <input
      id="search"
      ref=${field}
      type="search"
      role="combobox"
      autocomplete="off"
      spellcheck=${false}
      maxlength="200"
      aria-label=${text("search")}
      placeholder=${text("search")}
      aria-expanded=${String(listed)}
      aria-controls=${listed ? "found" : null}
      aria-autocomplete="list"
      aria-activedescendant=${listed ? `found-${at}` : null}
      value=${asked}
      onInput=${(event) => {
        state.search.value = event.target.value;
        setAt(0);
        setOpen(true);
      }}
      onFocus=${() => setOpen(true)}
      onKeyDown=${keys}
    />
    ${open && asked.trim() && html`<${Found} ...${{ shown, total: found.length, at, choose }} />`}
  </div>`;
}

function Found({ shown, total, at, choose }) {
  const more = total - shown.length;
  return html`<div class="found">
    ${shown.length > 0 &&
    html`<ul id="found" role="listbox" aria-label=${text("search")}>
      ${shown.map(
        (one, number) => html`<li
          key=${one.key}
          id=${`found-${number}`}
          role="option"
          aria-selected=${String(number === at)}
          onMouseDown=${(event) => event.preventDefault()}
          onClick=${() => choose(one)}
        >
          <span class="found-name">${one.label}</span>
          <span class="found-detail">${one.detail}</span>
          <span class="found-kind">${text(one.kind)}</span>
        </li>`,
      )}
    </ul>`}
    <p role="status">${total === 0 ? text("searchNone") : more > 0 ? text("searchMore", { n: more }) : text("searchCount", { n: total })}</p>
  </div>`;
}
