// The market page: filters in the address, a grid from Postgres, a live tape, and a refresh when an event touches what is shown.
import { ask } from "./api.js";
import { art, loadBackdrops } from "./art.js";
import { CARD, badge, card, looks } from "./cards.js";
import { el, proof } from "./dom.js";
import { openSheet } from "./sheet.js";
import { follow } from "./stream.js";
import { kindWord, nanoton, since } from "./words.js";

const PAGE = 40, TAPE = 30, STRIP = 40;
const form = document.getElementById("filters");
const grid = document.getElementById("grid");
const message = document.getElementById("message");
const more = document.getElementById("more");
const tape = document.getElementById("tape");
let cursor = null, shown = new Map(), asked = 0, refreshTimer;

const LISTINGS = `query Listings($filter: ListingFilter!, $sort: ListingSort!, $first: Int!, $after: Cursor) {
  listings(filter: $filter, sort: $sort, first: $first, after: $after) { totalCount asOf { position ageMs } pageInfo { endCursor hasNextPage } nodes { ${CARD} } } }`;
const EVENTS = `subscription Events($after: Cursor) { events(after: $after, filter: { kinds: [LISTED, REPRICED, SOLD, DELISTED, MARKET_QUARANTINED, MARKET_RELEASED] }) {
  __typename ... on Reload { reason } ... on EventsBatch { cursor asOf { position }
    events { kind position at price { text } market { id name } gift { slug number name model { name } symbol { name } backdrop { name } } } } } }`;
const RECENT = `query Recent { activity(first: ${TAPE}, filter: { kinds: [LISTED, REPRICED, SOLD, DELISTED] }) { nodes { kind position at price { text } market { id name } gift { slug number name model { name } symbol { name } backdrop { name } } } } }`;

function filterOf(values) {
  const filter = {};
  const many = (field, value) => { if (value) filter[field] = [value]; };
  many("collections", values.collection); many("models", values.model); many("backdrops", values.backdrop); many("symbols", values.symbol);
  many("markets", values.market); many("custody", values.custody);
  if (values.number) filter.number = Number.parseInt(values.number, 10);
  const from = nanoton(values.from ?? ""), to = nanoton(values.to ?? "");
  if (from || to) filter.price = { currency: "TON", from, to };
  return filter;
}

function values() { return Object.fromEntries(new FormData(form)); }

function saveAddress() {
  const entries = Object.entries(values()).filter(([name, value]) => value && !(name === "sort" && value === "LISTED DESC"));
  history.replaceState(null, "", entries.length ? `?${new URLSearchParams(entries)}` : location.pathname);
}

async function load({ append = false, quiet = false } = {}) {
  const turn = ++asked;
  const chosen = values();
  for (const name of ["from", "to"]) {
    const field = form.elements[name];
    const bad = field.value.trim() !== "" && nanoton(field.value) === null;
    field.setAttribute("aria-invalid", bad);
    if (bad) { message.textContent = `“${field.value}” is not an amount in TON, as in 12.5.`; return; }
  }
  const [by, direction] = chosen.sort.split(" ");
  if (!append && !quiet) { grid.setAttribute("aria-busy", "true"); message.textContent = grid.childElementCount ? "" : "Reading…"; }
  try {
    const first = append ? PAGE : Math.max(PAGE, quiet ? Math.min(grid.childElementCount, 100) : 0);
    const { listings } = await ask(LISTINGS, { filter: filterOf(chosen), sort: { by, direction }, first, after: append ? cursor : null });
    if (turn !== asked) return;
    const before = shown;
    if (!append) shown = new Map();
    const cards = listings.nodes.map((listing) => {
      const old = before.get(listing.id);
      shown.set(listing.id, listing);
      return card(listing, openSheet, quiet && (!old || old.price.amount !== listing.price.amount));
    });
    if (append) grid.append(...cards); else grid.replaceChildren(...cards);
    cursor = listings.pageInfo.endCursor;
    more.hidden = !listings.pageInfo.hasNextPage;
    count(listings);
    message.textContent = shown.size ? "" : "No listing fits these filters. Clear some of them, or wait: this page updates by itself.";
  } catch (fault) {
    if (turn === asked && !quiet) message.textContent = fault.message;
  } finally {
    grid.removeAttribute("aria-busy");
  }
}

function count(listings) {
  document.getElementById("count").replaceChildren(el("b", {}, `${listings.totalCount.toLocaleString()} listings`), ` · as of event #${listings.asOf.position}`);
}

function refreshSoon() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => { if (!document.hidden) load({ quiet: true }); }, 900);
}

function tapeRow(event) {
  const text = event.gift ? `${kindWord(event.kind)}${event.price ? " " + event.price.text : ""}` : kindWord(event.kind);
  return el("li", { class: kindWord(event.kind) },
    event.gift ? art(looks(event.gift), "") : badge(event.market),
    el("span", { class: "what" }, event.gift ? `${event.gift.name} · ${text}` : text),
    el("span", { class: "sub" }, `${event.market.name}, ${since(event.at)} ago · `, proof(event.position)));
}

function setLive(state, position) {
  const live = document.getElementById("live");
  live.dataset.state = state;
  const words = { live: "Live", connecting: "Connecting", lost: "Line lost, trying again" };
  document.getElementById("live-text").textContent = words[state] + (state === "live" && position ? ` · event #${position}` : "");
}

function watch() {
  let state = "connecting", position = null;
  follow(EVENTS, {
    cursorOf: (push) => push.cursor,
    onBatch: (push) => {
      position = push.asOf.position;
      setLive(state, position);
      if (!push.events.length) return;
      tape.prepend(...push.events.slice(-TAPE).reverse().map(tapeRow));
      while (tape.childElementCount > TAPE) tape.lastChild.remove();
      refreshSoon();
    },
    onReload: () => { recent(); load({ quiet: true }); },
    onState: (now) => { state = now; setLive(now, position); },
  });
}

async function recent() {
  try {
    const { activity } = await ask(RECENT);
    tape.replaceChildren(...activity.nodes.map(tapeRow));
  } catch { /* the tape fills from the stream */ }
}

async function catalog() {
  const { collections, floors, markets, notCovered, limits: _ } = await ask(`query Catalog { collections(first: 100) { nodes { slug title } }
    floors(filter: { kinds: [COLLECTION], bestOnly: true, currency: "TON" }, first: 100) { nodes { slug price { text amount } listing { gift { model { name } symbol { name } backdrop { name } } } } }
    markets { id name } notCovered { name why } limits { depth } }`);
  const select = form.elements.collection;
  for (const { slug, title } of collections.nodes.toSorted((a, b) => a.title.localeCompare(b.title))) select.append(new Option(title, slug));
  for (const { id, name } of markets) form.elements.market.append(new Option(name, id));
  const titles = new Map(collections.nodes.map((c) => [c.slug, c.title]));
  const strip = floors.nodes.slice(0, STRIP).map((floor) => {
    const like = floor.listing?.gift;
    const button = el("button", { "aria-pressed": "false", "data-slug": floor.slug, onclick: () => choose(floor.slug) },
      art({ slug: floor.slug, model: like?.model?.name, symbol: like?.symbol?.name, backdrop: like?.backdrop?.name }),
      el("b", {}, titles.get(floor.slug) ?? floor.slug), el("span", {}, floor.price.text));
    return button;
  });
  document.getElementById("collections").replaceChildren(...strip);
  document.getElementById("missing").textContent = `Not gathered: ${notCovered.map((place) => place.name).join(", ")}.`;
}

function choose(slug) {
  form.elements.collection.value = form.elements.collection.value === slug ? "" : slug;
  form.dispatchEvent(new Event("change"));
}

async function attributes(keep = {}) {
  const slug = form.elements.collection.value;
  for (const button of document.querySelectorAll("#collections button")) button.setAttribute("aria-pressed", String(button.dataset.slug === slug));
  const fields = { MODEL: "model", BACKDROP: "backdrop", SYMBOL: "symbol" };
  for (const name of Object.values(fields)) form.elements[name].replaceChildren(new Option("Any", ""));
  if (!slug) return;
  const { collection } = await ask(`query Attributes($slug: Slug!) { collection(slug: $slug) { attributes { kind name rarityPerMille } } }`, { slug }).catch(() => ({}));
  const seen = new Set();
  for (const { kind, name } of collection?.attributes ?? []) {
    if (seen.has(kind + name)) continue;
    seen.add(kind + name);
    form.elements[fields[kind]].append(new Option(name, name));
  }
  for (const [name, value] of Object.entries(keep)) if (form.elements[name]) form.elements[name].value = value;
}

async function world() {
  const ready = await fetch("/ready").then((r) => r.json()).catch(() => ({}));
  if (ready.world && ready.world !== "live") {
    const box = document.getElementById("world");
    box.textContent = `Simulated market: everything here comes from the built-in sandbox (${ready.world}). No gift, price or person on this page is real.`;
    box.hidden = false;
  }
}

let collectionBefore = "";
form.addEventListener("change", async () => {
  if (form.elements.collection.value !== collectionBefore) { collectionBefore = form.elements.collection.value; await attributes(); }
  saveAddress();
  load();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => form.dispatchEvent(new Event("change"))));
more.addEventListener("click", () => load({ append: true }));
document.addEventListener("visibilitychange", () => { if (!document.hidden) load({ quiet: true }); });
document.getElementById("sheet").addEventListener("click", (event) => { if (event.target === event.currentTarget) event.currentTarget.close(); });

async function begin() {
  world();
  await loadBackdrops();
  await catalog().catch((fault) => { message.textContent = fault.message; });
  const wanted = Object.fromEntries(new URLSearchParams(location.search));
  for (const [name, value] of Object.entries(wanted)) if (form.elements[name]) form.elements[name].value = value;
  collectionBefore = form.elements.collection.value;
  await attributes(wanted);
  recent();
  await load();
  watch();
}
begin();
setInterval(() => catalog().catch(() => {}), 60_000);
