/**
 * The editor for queries: CodeMirror, loaded when it is first shown, in a shadow tree.
 *
 * In a shadow tree its styles are constructed sheets and not elements, so that the page's policy needs no exception.
 */

let library = null;

/** Fetch the editor once. */
function load() {
  library ??= import("../vendor/codemirror.js").catch((problem) => {
    library = null;
    throw problem;
  });
  return library;
}

/**
 * Put an editor into an element.
 * @param {HTMLElement} element an empty element
 * @param {{text: string, label: string, complete: () => string[], onChange: (text: string) => void, onRun: () => void}} how
 * @returns {Promise<object>} `{read, write, mark, focus, close}`
 */
export async function openEditor(element, how) {
  const cm = await load();
  const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  const { EditorState, EditorView, keymap } = cm;
  const label = new cm.Compartment();
  const labelled = (words) => EditorView.contentAttributes.of({ "aria-label": words, spellcheck: "false" });
  const run = { key: "Mod-Enter", run: () => (how.onRun(), true) };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: how.text,
      extensions: [
        cm.Prec.highest(keymap.of([run])),
        cm.lineNumbers(),
        cm.minimalSetup,
        cm.bracketMatching(),
        cm.closeBrackets(),
        cm.highlightActiveLine(),
        cm.lintGutter(),
        cm.StreamLanguage.define(cm.sparql),
        cm.syntaxHighlighting(colours(cm)),
        cm.autocompletion({ override: [completer(how.complete)], activateOnTyping: true }),
        keymap.of([...cm.closeBracketsKeymap, ...cm.completionKeymap]),
        EditorView.lineWrapping,
        appearance(cm),
        label.of(labelled(how.label)),
        EditorView.updateListener.of((update) => update.docChanged && how.onChange(update.state.doc.toString())),
      ],
    }),
  });
  return {
    read: () => view.state.doc.toString(),
    write: (words) => {
      if (words !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: words } });
    },
    mark: (problem) => view.dispatch(cm.setDiagnostics(view.state, problem ? [diagnostic(view.state.doc, problem)] : [])),
    name: (words) => view.dispatch({ effects: label.reconfigure(labelled(words)) }),
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}

/** A problem at its line and column, or at the first letter where it has none; one letter long at least. */
function diagnostic(doc, { line, column, message }) {
  const at = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines));
  const from = Math.min(at.from + Math.max((column ?? 1) - 1, 0), at.to);
  const to = Math.min(from + 1, doc.length);
  return { from: from === to ? Math.max(from - 1, 0) : from, to, severity: "error", message };
}

/** Complete names with a prefix, and variables that the text has already. */
function completer(names) {
  return (context) => {
    const before = context.matchBefore(/(?:[?$]\w*|[A-Za-z][\w-]*:[\w./-]*|\w+)$/);
    if (!before || (before.from === before.to && !context.explicit)) return null;
    const variables = new Set(context.state.doc.toString().match(/[?$]\w+/g) ?? []);
    variables.delete(before.text);
    const all = before.text.startsWith("?") || before.text.startsWith("$") ? [...variables] : names();
    const options = all.filter((one) => one.toLowerCase().startsWith(before.text.toLowerCase())).map((one) => ({ label: one }));
    return options.length ? { from: before.from, options: options.slice(0, 60) } : null;
  };
}

function colours(cm) {
  const { tags } = cm;
  return cm.HighlightStyle.define([
    { tag: [tags.keyword, tags.operatorKeyword], color: "var(--code-word)", fontWeight: "600" },
    { tag: [tags.string, tags.number, tags.literal], color: "var(--code-text)" },
    { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--code-name)" },
    { tag: [tags.atom, tags.url, tags.link, tags.tagName, tags.propertyName], color: "var(--code-iri)" },
    { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  ]);
}

function appearance(cm) {
  return cm.EditorView.theme({
    "&": { height: "100%", backgroundColor: "var(--paper)", color: "var(--ink)", fontSize: "13px" },
    "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
    ".cm-scroller": { fontFamily: "ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace", lineHeight: "1.5" },
    ".cm-content": { caretColor: "var(--ink)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
    ".cm-activeLine": { backgroundColor: "var(--raised)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-paper)" },
    ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--strong-line)" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
    ".cm-diagnostic": { color: "var(--ink)" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--down) 1.5px", textDecorationSkipInk: "none" },
  });
}
