/**
 * The page: reads the model, restores what the address says, and shows one tab at a time under a common head.
 */
import * as api from "./api.js";
import { catalogue } from "./catalogue.js";
import { Foot, Head } from "./head.js";
import { Model } from "./model.js";
import * as state from "./state.js";
import { TABS } from "./tabs.js";
import * as words from "./text.js";
import { computed, effect, html, render, signal, untracked } from "./vendor/preact.js";

/** How long a slider must rest before elasticities are computed anew, in milliseconds. */
const REST = 160;

const root = document.documentElement;
const part = (id) => document.getElementById(id);

/** Say something to a screen reader, without moving the focus. */
function announce(what) {
  part("announce").textContent = what;
}

/**
 * Return what every tab is given.
 * @param {object} data the model as the server gives it
 */
function makeContext(data) {
  const model = new Model(data);
  const entries = catalogue(data, model);
  const start = computed(() => entries.scenarioChanges(state.scenario.value));
  const base = computed(() => model.evaluate(start.value.changes, start.value.variants));
  const values = computed(() =>
    state.changes.value.size
      ? model.evaluate(new Map([...start.value.changes, ...state.changes.value]), start.value.variants)
      : base.value,
  );
  return { model, data, catalogue: entries, base, values, settled: settling(values), state, text: words, api, announce };
}

/** Return values that follow only when they rest: for what takes a pass per driver, which a moving slider must not wait for. */
function settling(values) {
  const settled = signal(values.peek());
  let timer = 0;
  let first = true;
  effect(() => {
    const now = values.value;
    clearTimeout(timer);
    if (first) settled.value = now;
    else timer = setTimeout(() => (settled.value = now), REST);
    first = false;
  });
  return settled;
}

/** Show the tab that is chosen; the one before is taken down first. */
function followTab(context) {
  let leave = () => {};
  effect(() => {
    const shown = TABS.find((one) => one.id === state.tab.value) ?? TABS[0];
    untracked(() => {
      leave();
      const view = part("view");
      const place = document.createElement("section");
      place.id = "panel";
      place.className = `tab tab-${shown.id}`;
      place.setAttribute("role", "tabpanel");
      place.setAttribute("aria-labelledby", `tab-${shown.id}`);
      view.replaceChildren(place);
      leave = shown.mount(place, context) ?? (() => {});
    });
  });
}

/** Keep what the whole page says of itself in step: a write to the root restyles everything, so only when it changes. */
function followRoot(context) {
  effect(() => {
    root.lang = state.language.value === "zh" ? "zh-CN" : "en";
  });
  effect(() => {
    root.dataset.theme = state.shownTheme.value;
  });
  effect(() => {
    part("skip").textContent = words.text("skip");
    const shown = TABS.find((one) => one.id === state.tab.value) ?? TABS[0];
    document.title = `${words.name(shown.title)} · ${words.name(context.data.workspace.label, context.data.workspace.id)}`;
  });
}

/** The link past the head leads into the map where there is one. Followed as a link, it would overwrite the address. */
function followSkip() {
  part("skip").addEventListener("click", (event) => {
    event.preventDefault();
    const view = part("view");
    (view.querySelector(".map [tabindex='0']") ?? view).focus();
  });
}

function showFailure(problem) {
  console.error(problem);
  const place = document.createElement("p");
  place.className = "failure";
  place.setAttribute("role", "alert");
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = words.text("retry");
  again.addEventListener("click", () => location.reload());
  place.append(`${words.text("failed")}: ${problem.message} `, again);
  part("view").replaceChildren(place);
  root.dataset.ready = "failed";
}

/** Paint at once, in the theme and language that are likely: a first answer of a server may take seconds. */
function showWaiting() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const [chosen, language] = [asked.get("theme"), asked.get("language")];
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "dark" : "light";
  state.language.value = (language ?? navigator.language).toLowerCase().startsWith("zh") ? "zh" : "en";
  const place = document.createElement("p");
  place.className = "waiting";
  place.textContent = words.text("waiting");
  part("view").replaceChildren(place);
}

async function start() {
  showWaiting();
  const data = await api.loadModel();
  const context = makeContext(data);
  state.restore({ tabs: TABS.map((one) => one.id), ...context.catalogue.known });
  followRoot(context);
  render(html`<${Head} context=${context} tabs=${TABS} />`, part("head"));
  render(html`<${Foot} context=${context} />`, part("foot"));
  followTab(context);
  followSkip();
  performance.mark("ready");
  root.dataset.ready = "1"; // browser tests wait for it
}

start().catch(showFailure);
