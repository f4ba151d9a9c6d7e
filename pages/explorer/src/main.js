// The explorer: a question, its answer, and the docs to write the next one with.
import { parse } from "graphql";
import { ask, follow } from "./client.js";
import { docsPanel } from "./docs.js";
import { el } from "./dom.js";
import { queryEditor, resultView, variablesEditor } from "./editor.js";
import { EVENT, EXAMPLES } from "./examples.js";
import { readSchema } from "./schema.js";
import { tidy } from "./tidy.js";

const KEPT = "ribbon.explorer", MESSAGES_MAX = 50, PROOFS_MAX = 8;
const at = (id) => document.getElementById(id);
const runButton = at("run"), faults = at("faults"), facts = at("facts"), proofs = at("proofs"), examples = at("examples");
const docs = docsPanel(at("docs"));
const handlers = { onRun: run, onChange: keep, onTidy: tidyQuery, onShowInDocs: showInDocs };
const query = queryEditor(at("query"), handlers);
const variables = variablesEditor(at("variables"), handlers);
const result = resultView(at("result"));
let stop = null, turn = 0;

function keep() {
  try { localStorage.setItem(KEPT, JSON.stringify({ query: query.text, variables: variables.text })); } catch { /* storage may be forbidden */ }
}

function kept() {
  try { return JSON.parse(localStorage.getItem(KEPT)); } catch { return null; }
}

function put(text, values) {
  query.text = text;
  variables.text = values && Object.keys(values).length ? JSON.stringify(values, null, 2) : "";
}

function tidyQuery() { query.text = tidy(query.text); }

function showInDocs({ field, type, parent }) {
  showDocs(true);
  if (parent) docs.open(parent.replace(/[[\]!]/g, ""), field);
  else if (type) docs.open(type.replace(/[[\]!]/g, ""));
}

function showDocs(isShown) {
  document.body.classList.toggle("without-docs", !isShown);
  at("docs-toggle").setAttribute("aria-expanded", String(isShown));
}

function showFaults(list) {
  faults.replaceChildren(...list.map(({ message, path, locations, extensions }) => el("p", {},
    extensions?.code ? el("b", {}, extensions.code) : null, extensions?.code ? " " : null, message,
    path?.length ? el("small", {}, ` at ${path.join(".")}`) : null,
    locations?.length ? el("small", {}, ` (line ${locations[0].line}, column ${locations[0].column})`) : null)));
}

/** Every evidence that the answer names, to be downloaded and checked. */
function showProofs(text) {
  const found = [...new Set([...text.matchAll(/"\/evidence\/(\d+)"/g)].map((match) => match[1]))];
  proofs.replaceChildren(...found.slice(0, PROOFS_MAX).map((position) =>
    el("li", {}, el("a", { href: `/evidence/${position}`, download: `ribbon-event-${position}.json` }, `Evidence of event #${position}`))),
    ...(found.length > PROOFS_MAX ? [el("li", {}, `and ${found.length - PROOFS_MAX} more`)] : []));
}

function show(text) { result.text = text; showProofs(text); }

/** The operation under the caret, else the first. */
function chosenOperation(text) {
  const operations = parse(text).definitions.filter((definition) => definition.kind === "OperationDefinition");
  if (!operations.length) throw new Error("The text holds no operation: begin with query or subscription.");
  const caret = query.caret;
  return operations.find(({ loc }) => loc.start <= caret && caret <= loc.end) ?? operations[0];
}

function request() {
  const text = query.text;
  if (!text.trim()) throw new Error("There is nothing to run: write a query, or choose an example.");
  let values;
  try { values = variables.text.trim() ? JSON.parse(variables.text) : {}; } catch (fault) { throw new Error(`The variables are no JSON: ${fault.message}`); }
  if (!values || typeof values !== "object" || Array.isArray(values)) throw new Error("The variables are no JSON object: write { \"name\": value }.");
  const operation = chosenOperation(text);
  return { kind: operation.operation, body: { query: text, variables: values, operationName: operation.name?.value } };
}

function running(end) {
  stop = end;
  runButton.textContent = end ? "Stop" : "Run";
  runButton.classList.toggle("stop", Boolean(end));
}

async function run() {
  if (stop) { stop(); return; }
  showFaults([]);
  keep();
  let asked;
  try { asked = request(); } catch (fault) {
    const line = fault.locations?.[0];
    showFaults([{ message: line ? `${fault.message} (line ${line.line}, column ${line.column})` : fault.message }]);
    return;
  }
  if (asked.kind === "subscription") listen(asked.body); else await answer(asked.body);
}

async function answer(body) {
  const abort = new AbortController();
  running(() => abort.abort());
  facts.textContent = "Asking…";
  try {
    const got = await ask(body, abort.signal);
    const log = got.body.extensions?.log;
    showFaults(got.body.errors ?? []);
    show(JSON.stringify(got.body, null, 2));
    facts.textContent = [`${got.ms} ms`, size(got.bytes), got.status === 200 ? null : `status ${got.status}`, log ? `as of event #${log.position}` : null].filter(Boolean).join(" · ");
  } catch (fault) {
    showFaults([{ message: fault.message }]);
    facts.textContent = "No answer";
  } finally {
    running(null);
  }
}

function listen(body) {
  const messages = [];
  let count = 0, state = "Connecting", isStopped = false;
  const tell = () => { facts.textContent = `${state} · ${count} ${count === 1 ? "message" : "messages"}${count > MESSAGES_MAX ? `, the latest ${MESSAGES_MAX} shown` : ""}`; };
  const end = (word) => { state = word; tell(); running(null); };
  show("");
  const close = follow(body, {
    onState: (now) => { state = now === "live" ? "Listening" : "Connecting"; tell(); },
    onNext: (message) => {
      count += 1;
      messages.unshift(`// message ${count}, ${new Date().toLocaleTimeString()}\n${JSON.stringify(message, null, 2)}`);
      messages.length = Math.min(messages.length, MESSAGES_MAX);
      if (message.errors) showFaults(message.errors);
      show(messages.join("\n\n"));
      tell();
    },
    onFault: (list) => { showFaults(list); end("Ended"); },
    // Stopping ends it too, a little later.
    onEnd: () => { if (!isStopped) end("Ended"); },
  });
  running(() => { isStopped = true; close(); end("Stopped"); });
  tell();
}

function size(bytes) { return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`; }

async function choose() {
  const example = EXAMPLES[Number(examples.value)];
  examples.value = "";
  if (!example) return;
  const mine = ++turn;
  if (stop) stop();
  put(example.query, example.variables);
  const filled = await example.fill?.(ask).catch(() => null);
  // Another one may have been chosen meanwhile.
  if (mine !== turn) return;
  if (filled) put(example.query, filled);
  query.focus();
  run();
}

function begin() {
  EXAMPLES.forEach(({ name }, number) => examples.append(el("option", { value: String(number) }, name)));
  const position = new URLSearchParams(location.search).get("event");
  const last = kept();
  if (position !== null) {
    put(EVENT, { position });
    run();
  } else if (typeof last?.query === "string" && last.query.trim()) {
    query.text = last.query;
    variables.text = typeof last.variables === "string" ? last.variables : "";
  } else {
    put(EXAMPLES[0].query, EXAMPLES[0].variables);
  }
}

runButton.addEventListener("click", run);
examples.addEventListener("change", choose);
at("tidy").addEventListener("click", tidyQuery);
at("docs-toggle").addEventListener("click", () => showDocs(document.body.classList.contains("without-docs")));
showDocs(matchMedia("(min-width: 1100px)").matches);
begin();

readSchema().then((schema) => {
  query.know(schema);
  docs.know(schema);
  at("live").dataset.state = "live";
  at("live-text").textContent = "Schema read";
}).catch((fault) => {
  docs.fail(fault.message);
  at("live").dataset.state = "lost";
  at("live-text").textContent = "No schema";
});
