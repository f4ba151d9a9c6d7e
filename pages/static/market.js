// The market page: filters in the address, a grid from Postgres, a live tape, and a refresh when an event touches what is shown.
import { ask, askAll } from "./api.js";
import { art, loadBackdrops, showReal } from "./art.js";
import { CARD, badge, card, isSame, looks, renew } from "./cards.js";
import { bestOffer, showAuctions, tickClocks } from "./deals.js";
import { el, mark, proof } from "./dom.js";
import { openSheet } from "./sheet.js";
import { follow } from "./stream.js";
import { giftNumber, kindWord, nanoton, priceWords, since, worldWords } from "./words.js";

const PAGE = 40, SHOWN_MAX = 400, ASKED_MAX = 100, TAPE = 30, STRIP = 40, REFRESH_MS = 900, IDLE_MS = 20_000, TICK_MS = 5_000, SECOND_MS = 1_000, AUCTIONS_MS = 15_000, CATALOG_MS = 60_000, FILLING_MS = 3_000;
const form = document.getElementById("filters");
const grid = document.getElementById("grid");
const message = document.getElementById("message");
const more = document.getElementById("more");
const tape = document.getElementById("tape");
let shown = new Map(), wanted = PAGE, asked = 0, refreshTimer = null;

const LISTINGS = `query Listings($filter: ListingFilter!, $sort: ListingSort!, $first: Int!, $after: Cursor) {
  listings(filter: $filter, sort: $sort, first: $first, after: $after) { totalCount asOf { position ageMs } pageInfo { endCursor hasNextPage } nodes { ${CARD} } } }`;
const COLLECTIONS = `query Collections($after: Cursor) { page: collections(first: 100, after: $after) { nodes { slug title bestOffers { price { text currency } pricePosition } } pageInfo { hasNextPage endCursor } } }`;
/** Those that something on sale has: others would find nothing. */
const ATTRIBUTES = `query Attributes($slug: Slug!, $after: Cursor) { page: floors(filter: { collections: [$slug], kinds: [MODEL, BACKDROP, SYMBOL], bestOnly: true }, first: 100, after: $after) {
  nodes { kind name } pageInfo { hasNextPage endCursor } } }`;
const KINDS = "kinds: [LISTED, REPRICED, SOLD, DELISTED, AUCTION_STARTED, BID_PLACED, AUCTION_ENDED, OFFER_MADE, OFFER_REPRICED, OFFER_ENDED, MARKET_QUARANTINED, MARKET_RELEASED]";
const TOLD = "kind position at price { text feeBasis } market { id name } collection { slug title } gift { slug number name model { name } symbol { name } backdrop { name } }";
const EVENTS = `subscription Events($after: Cursor) { events(after: $after, filter: { ${KINDS} }) {
  __typename ... on Reload { reason } ... on EventsBatch { cursor asOf { position } events { ${TOLD} } } } }`;
const RECENT = `query Recent { activity(first: ${TAPE}, filter: { ${KINDS} }) { nodes { cursor ${TOLD} } } }`;

function filterOf(values) {
  const filter = {};
  const many = (field, value) => { if (value) filter[field] = [value]; };
  many("collections", values.collection); many("models", values.model); many("backdrops", values.backdrop); many("symbols", values.symbol);
  many("markets", values.market); many("custody", values.custody);
  if (values.number) filter.number = giftNumber(values.number);
  const from = nanoton(values.from ?? ""), to = nanoton(values.to ?? "");
  if (from || to) filter.price = { currency: "TON", from, to };
  return filter;
}

/** Said once: a screen reader would read the same text again. */
function say(text) { if (message.textContent !== text) message.textContent = text; }

function values() { return Object.fromEntries(new FormData(form)); }

function saveAddress() {
  const entries = Object.entries(values()).filter(([name, value]) => value && !(name === "sort" && value === "LISTED DESC"));
  history.replaceState(null, "", entries.length ? `?${new URLSearchParams(entries)}` : location.pathname);
}

/** The first field whose value makes no sense, in words. */
function fault() {
  const checks = { from: [nanoton, "an amount in TON, as in 12.5"], to: [nanoton, "an amount in TON, as in 12.5"], number: [giftNumber, "a gift’s number, as in 298"] };
  let found = null;
  for (const [name, [read, expected]] of Object.entries(checks)) {
    const field = form.elements[name], text = field.value.trim(), isBad = text !== "" && read(text) === null;
    field.setAttribute("aria-invalid", String(isBad));
    if (isBad) found ??= `“${text}” is not ${expected}.`;
  }
  return found;
}

async function read(chosen) {
  const [by, direction] = chosen.sort.split(" ");
  const found = new Map();
  let page, after = null;
  do {
    const first = Math.min(wanted - found.size, ASKED_MAX);
    ({ listings: page } = await ask(LISTINGS, { filter: filterOf(chosen), sort: { by, direction }, first, after }));
    for (const listing of page.nodes) found.set(listing.id, listing);
    after = page.pageInfo.endCursor;
  } while (page.pageInfo.hasNextPage && page.nodes.length && found.size < wanted);
  return { found, page };
}

async function load({ quiet = false } = {}) {
  const turn = ++asked, wrong = fault();
  if (wrong) { say(wrong); return; }
  if (!quiet) { grid.setAttribute("aria-busy", "true"); say(grid.childElementCount ? "" : "Reading…"); }
  try {
    const { found, page } = await read(values());
    if (turn !== asked) return;
    draw(found, quiet);
    more.hidden = !page.pageInfo.hasNextPage || shown.size >= SHOWN_MAX;
    count(page);
    say(shown.size ? "" : "No listing fits these filters. Clear some of them, or wait: this page updates by itself.");
  } catch (refused) {
    // A refresh may have overtaken the reader's own question; whether the question makes sense is said all the same.
    if (turn === asked && (!quiet || refused.code === "BAD_INPUT")) say(refused.message);
  } finally {
    if (turn === asked) grid.removeAttribute("aria-busy");
  }
}

/** A card whose listing has not changed stays the same element, and the focus stays on its listing. */
function draw(found, isRefresh) {
  const before = shown, focused = grid.contains(document.activeElement) ? document.activeElement.closest("li").dataset.id : null;
  shown = new Map([...found].map(([id, listing]) => {
    const old = before.get(id);
    if (old && isSame(old.listing, listing)) { renew(old.node, listing); return [id, { listing, node: old.node }]; }
    return [id, { listing, node: card(listing, openSheet, isRefresh && old?.listing.marketPrice.text !== listing.marketPrice.text) }];
  }));
  grid.replaceChildren(...[...shown.values()].map(({ node }) => node));
  if (focused) shown.get(focused)?.node.firstChild.focus({ preventScroll: true });
}

function count(listings) {
  document.getElementById("count").replaceChildren(el("b", {}, `${listings.totalCount.toLocaleString()} listings`), ` · as of event #${listings.asOf.position}`);
}

function refreshSoon() {
  refreshTimer ??= setTimeout(() => { refreshTimer = null; if (!document.hidden) load({ quiet: true }); }, REFRESH_MS);
}

function tapeRow(event) {
  const text = `${kindWord(event.kind)}${event.price ? " " + priceWords(event.price) : ""}`;
  const about = event.gift?.name ?? event.collection?.title, like = event.gift ? looks(event.gift) : event.collection && { slug: event.collection.slug };
  return el("li", { class: kindWord(event.kind) },
    like ? art(like, "") : badge(event.market),
    el("span", { class: "what" }, about ? `${about} · ${text}` : text),
    el("span", { class: "sub" }, `${event.market.name}, `, el("time", { dateTime: event.at }, `${since(event.at)} ago`), " · ", proof(event.position)));
}

function tick() { for (const time of tape.querySelectorAll("time")) time.textContent = `${since(time.dateTime)} ago`; }

function setLive(state, position) {
  const live = document.getElementById("live");
  live.dataset.state = state;
  const words = { live: "Live", connecting: "Connecting", lost: "Line lost, trying again" };
  document.getElementById("live-text").textContent = words[state] + (state === "live" && position ? ` · event #${position}` : "");
}

function watch() {
  let state = "connecting", position = null;
  follow(EVENTS, {
    begin: recent,
    cursorOf: (push) => push.cursor,
    onBatch: (push) => {
      position = push.asOf.position;
      setLive(state, position);
      if (!push.events.length) return;
      tape.prepend(...push.events.slice(-TAPE).reverse().map(tapeRow));
      while (tape.childElementCount > TAPE) tape.lastChild.remove();
      refreshSoon();
    },
    onReload: () => load({ quiet: true }),
    onState: (now) => { state = now; setLive(now, position); },
  });
}

/** Fills the tape, and gives the cursor behind which the stream goes on. */
async function recent() {
  const { activity } = await ask(RECENT);
  tape.replaceChildren(...activity.nodes.map(tapeRow));
  return activity.nodes[0]?.cursor ?? null;
}

/** Replaces all options but the first; what is chosen stays chosen. */
function offer(select, options) {
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...options.map(([value, text]) => new Option(text, value)));
  select.value = options.some(([value]) => value === chosen) ? chosen : "";
}

async function catalog() {
  const { floors, markets, notCovered } = await ask(`query Catalog {
    floors(filter: { kinds: [COLLECTION], bestOnly: true, currency: "TON" }, first: 100) { nodes { slug price { text amount } askPosition listing { gift { model { name } symbol { name } backdrop { name } } } } }
    markets { id name kind status { state scopesDone scopesTotal } } notCovered { name why } }`);
  const listed = await askAll(COLLECTIONS);
  const titles = new Map(listed.map(({ slug, title }) => [slug, title]));
  const best = new Map(listed.map(({ slug, bestOffers }) => [slug, bestOffer(bestOffers, "TON")]));
  filling(markets);
  offer(form.elements.collection, [...titles].sort(([, a], [, b]) => a.localeCompare(b)));
  // A witness of the chain is no place to buy on.
  offer(form.elements.market, markets.filter(({ kind }) => kind === "MARKET").map(({ id, name }) => [id, name]));
  document.getElementById("collections").replaceChildren(...floors.nodes.slice(0, STRIP).map((floor) => {
    const like = floor.listing?.gift ?? {};
    return el("div", {}, el("button", { "data-slug": floor.slug, onclick: () => choose(floor.slug) },
      art({ ...looks(like), slug: floor.slug }), el("b", {}, titles.get(floor.slug) ?? floor.slug), el("span", {}, floor.price.text)), mark(floor.askPosition), offerUnder(best.get(floor.slug)));
  }));
  press();
  document.getElementById("missing").textContent = `Not gathered: ${notCovered.map((place) => place.name).join(", ")}.`;
}

/** The best offer for any gift of a collection, under its floor. */
function offerUnder(best) {
  return best ? el("span", { class: "best", title: "The best offer for any gift of the collection" }, el("small", {}, "offer "), best.price.text, " ", mark(best.pricePosition)) : el("span", { class: "best" }, el("small", {}, "no offer known"));
}

/** Said once: a line that is lost is told of elsewhere. */
function auctions() { return showAuctions(values(), openSheet).catch(() => {}); }

/** Until every part of a market was seen once, what is shown is not all there is. */
function filling(markets) {
  const parts = markets.filter(({ status }) => status?.state === "STARTING").map(({ name, status }) => `${name} (${status.scopesDone} of ${status.scopesTotal} parts)`);
  const box = document.getElementById("filling");
  box.textContent = parts.length ? `The first picture is still being gathered, so floors and listings are not all here yet: ${parts.join(", ")}.` : "";
  box.hidden = !parts.length;
  if (parts.length) setTimeout(() => catalog().catch(() => {}), FILLING_MS);
}

function press() {
  const slug = form.elements.collection.value;
  for (const button of document.querySelectorAll("#collections button")) button.setAttribute("aria-pressed", String(button.dataset.slug === slug));
}

function choose(slug) {
  form.elements.collection.value = form.elements.collection.value === slug ? "" : slug;
  form.dispatchEvent(new Event("change"));
}

async function attributes(keep = {}) {
  const slug = form.elements.collection.value;
  press();
  const fields = { MODEL: "model", BACKDROP: "backdrop", SYMBOL: "symbol" };
  for (const name of Object.values(fields)) form.elements[name].replaceChildren(new Option("Any", ""));
  if (!slug) return;
  const found = await askAll(ATTRIBUTES, { slug }).catch(() => []);
  for (const [kind, field] of Object.entries(fields)) {
    const names = new Set(found.filter((floor) => floor.kind === kind).map((floor) => floor.name));
    form.elements[field].append(...[...names].sort((a, b) => a.localeCompare(b)).map((name) => new Option(name, name)));
  }
  for (const [name, value] of Object.entries(keep)) if (form.elements[name]) form.elements[name].value = value;
}

async function world() {
  const ready = await fetch("/ready").then((r) => r.json()).catch(() => ({}));
  showReal(ready.world === "live");
  const words = worldWords(ready.world), box = document.getElementById("world");
  if (words) { box.textContent = words; box.title = ready.world; box.hidden = false; }
}

let collectionBefore = "";
form.addEventListener("change", async () => {
  wanted = PAGE;
  if (form.elements.collection.value !== collectionBefore) { collectionBefore = form.elements.collection.value; await attributes(); }
  saveAddress();
  load();
  auctions();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => form.dispatchEvent(new Event("change"))));
more.addEventListener("click", () => { wanted = Math.min(wanted + PAGE, SHOWN_MAX); load(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) load({ quiet: true }); });
document.getElementById("sheet").addEventListener("click", (event) => { if (event.target === event.currentTarget) event.currentTarget.close(); });

async function begin() {
  await world();
  await loadBackdrops();
  await catalog().catch((refused) => say(refused.message));
  const asked = Object.fromEntries(new URLSearchParams(location.search));
  for (const [name, value] of Object.entries(asked)) if (form.elements[name]) form.elements[name].value = value;
  // A sort that is none would leave nothing chosen.
  if (!form.elements.sort.value) form.elements.sort.selectedIndex = 0;
  collectionBefore = form.elements.collection.value;
  await attributes(asked);
  saveAddress();
  await Promise.all([load(), auctions()]);
  watch();
}
begin();
setInterval(() => catalog().catch(() => {}), CATALOG_MS);
// Ages move on though nothing happens.
setInterval(refreshSoon, IDLE_MS);
setInterval(tick, TICK_MS);
setInterval(tickClocks, SECOND_MS);
setInterval(() => { if (!document.hidden) auctions(); }, AUCTIONS_MS);
