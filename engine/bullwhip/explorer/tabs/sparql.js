/** Questions in SPARQL: an editor, the named queries as examples, the limits, and the answer as a table. */
import { get, online } from "../api.js";
import { answer } from "../answers.js";
import { Waiting, ownTexts, useAnswer } from "../listing.js";
import { ask, askNamed, asCurl, readLimits } from "../sparql/asking.js";
import { openEditor } from "../sparql/editor.js";
import { Results } from "../sparql/results.js";
import * as state from "../state.js";
import { name } from "../text.js";
import { html, render, useEffect, useRef, useState } from "../vendor/preact.js";

export const id = "sparql";
export const title = { zh: "SPARQL", en: "SPARQL" };

const say = ownTexts("sparql", {
  zh: {
    lead: "用 SPARQL 1.1 查询整张图，只读。",
    editor: "SPARQL 查询",
    editorKeys: "Ctrl+Enter 运行；Esc 后按 Tab 离开编辑器",
    example: "示例",
    choose: "选择示例…",
    folder_chain: "产业链",
    folder_companies: "公司",
    folder_exposure: "敞口",
    folder_facts: "事实",
    folder_inferred: "推断",
    folder_model: "模型",
    folder_provenance: "来源",
    fill: "填入",
    run: "运行",
    stop: "停止",
    stopped: "已停止",
    curl: "复制为 curl",
    curlCopied: "curl 命令已复制",
    link: "复制链接",
    linkCopied: "链接已复制",
    limits: "上限：{seconds} 秒，{rows} 行，查询 {text}；不允许 SERVICE 与更新",
    problemAt: "第 {line} 行第 {column} 列",
    failed: "查询未能完成",
    running: "正在查询…",
    noServer: "查询需要服务器：用 bullwhip serve 打开此页。单文件里的产业链、排名、比较、核算与冲突不需要服务器。",
    needs: "此示例还用到模型的答案（{what}），不改动文本时由服务器补上",
    optional: "可不填",
  },
  en: {
    lead: "Ask the whole graph in SPARQL 1.1, read-only.",
    editor: "SPARQL query",
    editorKeys: "Ctrl+Enter runs; Esc, then Tab leaves the editor",
    example: "Example",
    choose: "Choose an example…",
    folder_chain: "Chain",
    folder_companies: "Companies",
    folder_exposure: "Exposure",
    folder_facts: "Facts",
    folder_inferred: "Inferred",
    folder_model: "Model",
    folder_provenance: "Provenance",
    fill: "Fill in",
    run: "Run",
    stop: "Stop",
    stopped: "stopped",
    curl: "Copy as curl",
    curlCopied: "curl command copied",
    link: "Copy link",
    linkCopied: "link copied",
    limits: "Limits: {seconds} s, {rows} rows, {text} of query; no SERVICE, no updates",
    problemAt: "line {line}, column {column}",
    failed: "The query did not finish",
    running: "Asking…",
    noServer: "Queries need a server: open this page with bullwhip serve. Chain, exposure, comparison, audit and conflicts work in the single file without one.",
    needs: "This example also reads answers of the model ({what}), which the server adds while the text is as it is",
    optional: "may be left out",
  },
});

const FOLDERS = ["chain", "companies", "exposure", "facts", "inferred", "model", "provenance"];
const STARTER = "api/query-text";

/** Show the tab. */
export function mount(element, context) {
  render(online ? html`<${Sparql} context=${context} />` : html`<div class="page"><h2>SPARQL</h2><${NoServer} /></div>`, element);
  return () => render(null, element);
}

function NoServer() {
  return html`<p class="note" role="status">${say("noServer")}</p>`;
}

function Sparql({ context }) {
  const examples = useAnswer(() => answer("api/queries"), []);
  const limits = useAnswer(readLimits, []);
  const starter = useAnswer(() => answer(STARTER), []);
  const asking = useAsking(context);
  if (starter.value === undefined) return html`<div class="page"><${Waiting} problem=${starter.problem} /></div>`;
  const prefixes = new Map(Object.entries(starter.value.prefixes));
  if (!state.sparql.value && !state.query.value) state.sparql.value = starter.value.text;
  const editor = { label: `${say("editor")}. ${say("editorKeys")}`, problem: asking.problem, run: asking.run, prefixes };
  return html`<div class="page sparql">
    <h2>${name(title)}</h2>
    <p class="lead">${say("lead")} <span class="soft">${limitsText(limits.value)}</span></p>
    <${Examples} list=${examples.value} problem=${examples.problem} context=${context} />
    <${Editor} ...${editor} />
    <div class="tools">
      <button type="button" class="primary" id="sparql-run" disabled=${asking.busy} onClick=${asking.run}>${say("run")}</button>
      <button type="button" disabled=${!asking.busy} onClick=${asking.stop}>${say("stop")}</button>
      <${CopyButton} words=${() => asCurl(state.sparql.value)} label="curl" done="curlCopied" context=${context} />
      <${CopyButton} words=${() => state.link()} label="link" done="linkCopied" context=${context} />
      <span class="soft keys">${say("editorKeys")}</span>
    </div>
    <${Outcome} asking=${asking} prefixes=${prefixes} />
  </div>`;
}

function limitsText(limits) {
  if (!limits?.seconds) return "";
  const whole = new Intl.NumberFormat(state.language.value === "zh" ? "zh-CN" : "en-US");
  return say("limits", { seconds: limits.seconds, rows: whole.format(limits.rows), text: `${whole.format(limits.text / 1000)} kB` });
}

/** The named query whose text stands in the editor as it was filled in; null after a change by hand. */
let filled = null;

function useAsking(context) {
  const [outcome, setOutcome] = useState({});
  const open = useRef(null);
  useEffect(() => () => open.current?.abort(), []);
  const run = async () => {
    open.current?.abort();
    const control = new AbortController();
    open.current = control;
    setOutcome({ busy: true });
    try {
      const text = state.sparql.value;
      const named = filled?.needs.length && filled.text === text;
      const result = await (named ? askNamed(filled.id, filled.parameters, control.signal) : ask(text, control.signal));
      setOutcome({ result });
      context.announce(say("editor"));
    } catch (problem) {
      if (open.current === control) setOutcome(control.signal.aborted ? { stopped: true } : { problem });
    }
  };
  return { ...outcome, run, stop: () => open.current?.abort() };
}

function Outcome({ asking, prefixes }) {
  if (asking.busy) return html`<p class="note" role="status">${say("running")}</p>`;
  if (asking.stopped) return html`<p class="note" role="status">${say("stopped")}</p>`;
  if (asking.problem) return html`<${Failure} problem=${asking.problem} />`;
  if (asking.result) return html`<${Results} result=${asking.result} prefixes=${new Map([...declared(state.sparql.value), ...prefixes])} />`;
  return null;
}

function Failure({ problem }) {
  const place = problem.line ? say("problemAt", { line: problem.line, column: problem.column ?? 1 }) : "";
  return html`<div class="note failure" role="alert">
    <p><strong>${say("failed")}</strong> ${place && html`<span class="place">${place}</span>`}</p>
    <p lang="en">${[problem.code, problem.message].filter(Boolean).join(" ")}</p>
    ${problem.hint && html`<p lang="en" class="soft">${problem.hint}</p>`}
  </div>`;
}

/** The prefixes that a query declares. */
function declared(text) {
  return [...text.matchAll(/^\s*PREFIX\s+([\w-]*):\s*<([^<>\s]*)>/gim)].map(([, prefix, start]) => [prefix, start]);
}

function Editor({ label, problem, run, prefixes }) {
  const place = useRef(null);
  const editor = useRef(null);
  const latest = useRef({});
  latest.current = { run, prefixes };
  useEffect(() => {
    let closed = false;
    const complete = () => [...latest.current.prefixes.keys()].map((one) => `${one}:`).concat(WORDS);
    const how = { text: state.sparql.value, label, complete, onChange: (text) => (state.sparql.value = text), onRun: () => latest.current.run() };
    openEditor(place.current, how).then((opened) => {
      if (closed) return opened.close();
      editor.current = opened;
      opened.write(state.sparql.value);
      place.current.dataset.ready = "1";
    });
    return () => {
      closed = true;
      editor.current?.close();
      editor.current = null;
    };
  }, []);
  const text = state.sparql.value;
  useEffect(() => editor.current?.write(text), [text]);
  useEffect(() => editor.current?.name(label), [label]);
  useEffect(() => editor.current?.mark(problem ?? null), [problem]);
  return html`<div class="editor" ref=${place}></div>`;
}

const WORDS = ("SELECT DISTINCT WHERE FILTER OPTIONAL UNION MINUS GRAPH VALUES BIND GROUP ORDER BY HAVING LIMIT OFFSET ASK CONSTRUCT DESCRIBE EXISTS " +
  "NOT PREFIX COUNT SUM MIN MAX AVG STR LANG REGEX CONTAINS STRSTARTS").split(" ");

function Examples({ list, problem, context }) {
  if (list === undefined) return html`<${Waiting} problem=${problem} />`;
  const chosen = list.find((one) => one.id === state.query.value);
  const choose = (key) => {
    state.sparql.value = ""; // the chosen example fills itself in
    state.query.value = key;
  };
  const groups = new Map();
  for (const one of list) groups.set(folderOf(one.id), [...(groups.get(folderOf(one.id)) ?? []), one]);
  return html`<div class="tools examples">
    <label class="choice" for="sparql-example"
      ><span>${say("example")}</span>
      <select id="sparql-example" value=${chosen ? chosen.id : ""} onChange=${(event) => choose(event.target.value)}>
        <option value="">${say("choose")}</option>
        ${[...groups].map(([folder, some]) => html`<optgroup key=${folder} label=${FOLDERS.includes(folder) ? say(`folder_${folder}`) : folder}>
          ${some.map((one) => html`<option key=${one.id} value=${one.id}>${titleOf(one)}</option>`)}
        </optgroup>`)}
      </select></label
    >
    ${chosen && html`<${Parameters} key=${chosen.id} chosen=${chosen} context=${context} />`}
  </div>`;
}

function folderOf(key) {
  return key.split("/")[0];
}

function titleOf(one) {
  return name([one.label_zh, one.label_en], one.id);
}

/**
 * Put a named query into the editor.
 * @param {object} one what the server says of it
 * @param {Object<string, string[]>} values by parameter; none for those of its example
 * @returns {Promise<Object<string, string[]>>} the values that were filled in
 */
async function fill(one, values, context) {
  const named = Object.fromEntries(Object.entries(values).map(([key, some]) => [`param.${key}`, some]));
  const { answer: written } = await get("api/query-text", { name: one.id, ...named });
  filled = { id: one.id, parameters: written.values, text: written.text, needs: one.needs ?? [] };
  state.sparql.value = written.text;
  context.announce(titleOf(one));
  return written.values;
}

/** The fields of the parameters of a query; of one that takes several values they stand between semicolons. */
function Parameters({ chosen, context }) {
  const [values, setValues] = useState({});
  const [problem, setProblem] = useState(null);
  const inputs = chosen.inputs ?? [];
  const put = (some) => {
    setProblem(null);
    fill(chosen, some, context).then(setValues, setProblem);
  };
  useEffect(() => {
    if (!state.sparql.value) put({}); // a text that a link brought along stays
  }, []);
  const given = () => Object.fromEntries(Object.entries(values).map(([key, some]) => [key, some.map((one) => one.trim()).filter(Boolean)]).filter(([, some]) => some.length));
  const type = (one, words) => setValues({ ...values, [one.name]: one.several ? words.split(";") : [words] });
  const needs = chosen.needs ?? [];
  return html`<p class="answers" lang="en">${chosen.answers}</p>
    ${inputs.map((one) => html`<label class="choice" key=${one.name} for=${`param-${one.name}`}
      ><span title=${one.says}>${one.name}</span>
      <input id=${`param-${one.name}`} type="text" maxlength="200" spellcheck=${false} placeholder=${one.optional ? say("optional") : ""} value=${(values[one.name] ?? []).join(";")}
        onInput=${(event) => type(one, event.target.value)} onKeyDown=${(event) => event.key === "Enter" && put(given())} />
    </label>`)}
    ${inputs.length > 0 && html`<button type="button" onClick=${() => put(given())}>${say("fill")}</button>`}
    ${needs.length > 0 && html`<p class="note">${say("needs", { what: needs.join(", ") })}</p>`}
    ${problem && html`<${Failure} problem=${problem} />`}`;
}

function CopyButton({ words, label, done, context }) {
  const press = async () => {
    await navigator.clipboard?.writeText(words()).catch(() => {});
    context.announce(say(done));
  };
  return html`<button type="button" onClick=${press}>${say(label)}</button>`;
}
