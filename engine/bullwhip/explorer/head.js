/**
 * The head of the page: its name, tabs, search, period, scenario, language, theme, link; and its foot.
 */
import { SearchBox } from "./searchbox.js";
import * as state from "./state.js";
import { name, text } from "./text.js";
import { html } from "./vendor/preact.js";

/** The head. */
export function Head({ context, tabs }) {
  const { workspace } = context.data;
  return html`<h1>${name(workspace.label, workspace.id)}</h1>
    <${Tabs} tabs=${tabs} />
    <${SearchBox} context=${context} />
    <div class="choices">
      <${Periods} periods=${workspace.periods} />
      <${Scenarios} scenarios=${context.data.scenarios} />
      <${Switches} announce=${context.announce} />
    </div>`;
}

function Tabs({ tabs }) {
  // Arrow keys move between tabs and only the shown one is a tab stop, as in any tab list.
  const move = (event) => {
    const at = tabs.findIndex((one) => one.id === state.tab.value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    state.tab.value = tabs[(to + tabs.length) % tabs.length].id;
    document.getElementById(`tab-${state.tab.value}`).focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${text("views")} onKeyDown=${move}>
    ${tabs.map((one) => {
      const shown = one.id === state.tab.value;
      return html`<button
        type="button"
        role="tab"
        id=${`tab-${one.id}`}
        key=${one.id}
        aria-selected=${String(shown)}
        aria-controls=${shown ? "panel" : null}
        tabindex=${shown ? 0 : -1}
        onClick=${() => (state.tab.value = one.id)}
      >
        ${name(one.title)}
      </button>`;
    })}
  </div>`;
}

function Periods({ periods }) {
  if (!periods.length) return null;
  return html`<label class="choice"
    ><span>${text("period")}</span>
    <select value=${String(state.period.value)} onChange=${(event) => (state.period.value = Number(event.target.value))}>
      ${periods.map((at) => html`<option key=${at} value=${String(at)}>${at}</option>`)}
    </select></label
  >`;
}

function Scenarios({ scenarios }) {
  if (scenarios.length < 2) return null;
  return html`<label class="choice"
    ><span>${text("scenario")}</span>
    <select value=${state.scenario.value} onChange=${(event) => (state.scenario.value = event.target.value)}>
      ${scenarios.map((one) => html`<option key=${one.id} value=${one.id}>${name(one.label, one.id)}</option>`)}
    </select></label
  >`;
}

function Switches({ announce }) {
  const dark = state.shownTheme.value === "dark";
  const copy = async () => {
    await navigator.clipboard?.writeText(state.link()).catch(() => {});
    announce(text("copied"));
  };
  return html`<button type="button" title=${text("languageName")} onClick=${otherLanguage}>${text("language")}</button>
    <button type="button" title=${text("themeName")} aria-pressed=${String(dark)} onClick=${() => (state.theme.value = dark ? "light" : "dark")}>
      ${text(dark ? "light" : "dark")}
    </button>
    <button type="button" onClick=${copy}>${text("copyLink")}</button>`;
}

function otherLanguage() {
  state.language.value = state.language.value === "zh" ? "en" : "zh";
}

/** The foot: which data and program the figures are of. */
export function Foot({ context }) {
  const { stamp, documents } = context.data;
  const changed = state.changes.value.size;
  const parts = [
    `bullwhip ${stamp.version}`,
    stamp.data_date && text("footData", { date: stamp.data_date }),
    text("footDocuments", { n: documents.length }),
    changed ? text("footChanged", { n: changed }) : "",
  ];
  return html`<p>${parts.filter(Boolean).join(" · ")}</p>
    <p class="keys">${text("keys")}</p>`;
}
