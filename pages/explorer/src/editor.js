// Three editors of CodeMirror. Each stands in a shadow root: there CodeMirror adopts constructed style sheets, which the page's
// policy allows, instead of writing a <style> element, which it does not.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { graphql, updateSchema } from "cm6-graphql";

const colors = HighlightStyle.define([
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.definitionKeyword, tags.operatorKeyword], color: "var(--ink-keyword)" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--ink-property)" },
  { tag: [tags.string], color: "var(--ink-string)" },
  { tag: [tags.number, tags.integer, tags.float, tags.bool, tags.null], color: "var(--ink-number)" },
  { tag: [tags.variableName, tags.special(tags.name), tags.special(tags.variableName)], color: "var(--ink-variable)" },
  { tag: [tags.attributeName, tags.typeName, tags.className, tags.atom], color: "var(--ink-type)" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "transparent", height: "100%", fontSize: "13.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--accent)", padding: "10px 0" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--soft)", border: "none", paddingLeft: "4px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--chosen)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--chosen)", color: "inherit" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "10px", overflow: "hidden", boxShadow: "0 6px 24px #0004" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--ground)" },
  ".cm-completionDetail": { color: "inherit", opacity: "0.8" },
  ".cm-tooltip.cm-completionInfo": { maxWidth: "360px", padding: "6px 10px", whiteSpace: "pre-wrap" },
  ".cm-diagnostic": { fontFamily: "system-ui, sans-serif", fontSize: "13px", whiteSpace: "pre-wrap", maxWidth: "520px" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--chosen)", color: "var(--text)", border: "none", padding: "0 6px" },
  ".cm-placeholder": { color: "var(--soft)" },
});

function view(parent, label, doc, extensions) {
  const root = parent.attachShadow({ mode: "open" });
  const holder = document.createElement("div");
  root.append(holder);
  holder.style.height = "100%";
  const shared = [
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }), highlightSpecialChars(), drawSelection(), bracketMatching(), foldGutter(),
    syntaxHighlighting(colors), theme, EditorView.lineWrapping,
  ];
  return new EditorView({ parent: holder, root, state: EditorState.create({ doc, extensions: [extensions, shared] }) });
}

function writing(onRun, onChange) {
  return [
    history(), indentOnInput(), closeBrackets(), autocompletion(),
    keymap.of([{ key: "Mod-Enter", run: () => { onRun(); return true; } }, ...closeBracketsKeymap, ...completionKeymap, ...foldKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
    EditorView.updateListener.of((update) => update.docChanged && onChange()),
  ];
}

/** Reads and replaces a document; a replacement can be undone. Never spread: that would read the text once and forget that it changes. */
function handle(made) {
  return {
    get text() { return made.state.doc.toString(); },
    set text(text) { if (text !== made.state.doc.toString()) made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true }); },
    get caret() { return made.state.selection.main.head; },
    focus: () => made.focus(),
    view: made,
  };
}

export function queryEditor(parent, { onRun, onChange, onTidy, onShowInDocs }) {
  const made = view(parent, "Query", "", [
    lineNumbers(), keymap.of([{ key: "Mod-Shift-f", run: () => { onTidy(); return true; } }]), writing(onRun, onChange),
    graphql(undefined, { onShowInDocs: (field, type, parent) => onShowInDocs({ field, type, parent }) }), placeholder("Write a query, or choose an example."),
  ]);
  return Object.assign(handle(made), { know: (schema) => updateSchema(made, schema) });
}

export function variablesEditor(parent, { onRun, onChange }) {
  const check = jsonParseLinter();
  const made = view(parent, "Variables", "", [
    json(), linter((at) => (at.state.doc.toString().trim() ? check(at) : [])), writing(onRun, onChange), placeholder("{ }"),
  ]);
  return handle(made);
}

export function resultView(parent) {
  return handle(view(parent, "Answer", "", [json(), EditorState.readOnly.of(true), EditorView.editable.of(false), keymap.of(foldKeymap), placeholder("The answer comes here.")]));
}
