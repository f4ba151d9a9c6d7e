// The gift sheet: every market side by side, every line of the all-in price with its source, and the event behind each number.
import { ask } from "./api.js";
import { art, portray } from "./art.js";
import { badge, looks, seenBy } from "./cards.js";
import { AUCTION, OFFER, auctionPart, offersPart } from "./deals.js";
import { el, link, mark, proof } from "./dom.js";
import { age, fieldWord, kindWord, perMille, priceWords, since, stepWord, when } from "./words.js";

const GIFT = `query Gift($slug: Slug!, $number: Int!) { gift(slug: $slug, number: $number) {
  slug number name address addressCandidates imageUrl
  model { name rarityPerMille rarityTier position } symbol { name rarityPerMille rarityTier position } backdrop { name rarityPerMille rarityTier position }
  custody { kind market { id name } since position conflict } owner { name position }
  dates { transferableAt exportableAt resellableAt unlocksAt position }
  missing { field reason }
  listings { id market { id name } marketPrice { text } allIn { total atLeast text converted { text rateSource rateAgeSeconds ratePosition } lines { kind text counted basis source sourceUrl sourceDate note } }
    custody onChain linkUrl listedAt seenAt ageSeconds stale staleReason askPosition origin
    sourcesCount disagreement witnesses { source { id name } leads word marketPrice { text } at position differs } }
  auctions { ${AUCTION} } offers(first: 3) { ${OFFER} }
  sales(first: 5) { market { id name } price { text feeBasis } soldAt position sourcesCount disagreement }
  provenance { isWhole steps { kind at isInferred market { name } price { text feeBasis } from to position before witnesses { source { name } position disagrees } } }
  history(first: 12) { kind at position market { name } price { text feeBasis } } } }`;

const LINES = { MARKET_PRICE: "Market price", MARKET_FEE: "Market fee", ROYALTY: "Royalty", GAS: "Gas", CUSTODY_EXIT: "Taking it out of custody" };

export async function openSheet(gift) {
  const dialog = document.getElementById("sheet");
  dialog.replaceChildren(closeButton(dialog), el("p", { class: "message" }, "Reading…"));
  if (!dialog.open) dialog.showModal();
  try {
    const { gift: told } = await ask(GIFT, { slug: gift.slug, number: gift.number });
    if (!told) throw new Error("Nothing is known of this gift.");
    dialog.setAttribute("aria-label", told.name);
    dialog.replaceChildren(closeButton(dialog), hero(told), body(told));
  } catch (fault) {
    dialog.replaceChildren(closeButton(dialog), el("p", { class: "message" }, fault.message));
  }
}

function closeButton(dialog) { return el("button", { class: "close", onclick: () => dialog.close(), autofocus: true }, "Close"); }

function hero(gift) {
  const box = art(looks(gift), `${gift.name}, drawn`);
  box.classList.add("hero");
  const trait = (word, attribute) => el("div", {}, el("small", {}, word), el("b", {}, attribute?.name ?? "not told"),
    attribute && el("small", {}, perMille(attribute), " ", mark(attribute.position)));
  const label = el("p", {}, "drawn from its names");
  portray(box, gift.imageUrl, () => { label.textContent = `picture from ${hostOf(gift.imageUrl)}`; });
  box.append(el("h2", {}, gift.name), label,
    el("div", { class: "traits" }, trait("Model", gift.model), trait("Backdrop", gift.backdrop), trait("Symbol", gift.symbol)));
  return box;
}

function body(gift) {
  return el("div", { class: "body" },
    gift.auctions.length > 0 && el("h3", {}, "In auction"), gift.auctions.map(auctionPart),
    el("h3", {}, gift.listings.length ? "For sale" : "Not for sale at a fixed price on the markets we gather"), gift.listings.map(offer),
    el("h3", {}, "Offers it could be sold to"), offersPart(gift.offers),
    el("h3", {}, "Where it is"), facts(gift),
    gift.sales.length > 0 && el("h3", {}, "Sales"),
    el("ul", { class: "history" }, gift.sales.map((sale) => el("li", {}, `${priceWords(sale.price)} on ${sale.market.name}, ${when(sale.soldAt)} · `, seenBy(sale), " ", proof(sale.position)))),
    el("h3", {}, "Its life"), life(gift.provenance),
    el("h3", {}, "History"),
    el("ul", { class: "history" }, gift.history.map((event) => el("li", {}, `${kindWord(event.kind)}${event.price ? " " + priceWords(event.price) : ""} · ${event.market.name} · ${when(event.at)} · `, proof(event.position)))));
}

/** Every step once, with each event behind it. */
function life({ isWhole, steps }) {
  const step = ({ kind, at, isInferred, market, price, from, to, position, before, witnesses }) => el("li", {},
    `${stepWord(kind)}${price ? " " + priceWords(price) : ""} · ${market.name} · ${when(at)}`,
    from || to ? el("small", {}, ` ${from ? "from " + from : ""}${to ? " to " + to : ""}`) : null,
    isInferred ? el("small", { class: "inferred", title: "No source told this step; it follows from what was, or was no longer, shown" }, " inferred") : null,
    " · ", before ? [proof(before), " then "] : null, proof(position),
    witnesses.flatMap((witness) => [el("small", { class: witness.disagrees ? "disputed" : "" }, witness.disagrees ? ` ${witness.source.name} says otherwise ` : ` also ${witness.source.name} `), proof(witness.position)]));
  return [isWhole ? null : el("p", { class: "message" }, "Only the newest 2,000 events are read here."), el("ul", { class: "history" }, steps.map(step))];
}

const ON_CHAIN = { VERIFIED: "Verified on TON: the gift stands there for sale at this price, by a contract whose code is known.", DISPUTED: "TON says otherwise: see below.", UNCHECKED: "Not verified on TON yet: it is the market’s word." };

/** What became of a listing's claim to stand on TON; nothing for one that makes none. */
function onChain({ onChain: standing }) {
  return standing && el("p", { class: standing === "DISPUTED" ? "disputed" : "onchain", "data-on-chain": standing }, ON_CHAIN[standing]);
}

/** Who else speaks of a listing, where anybody does. */
function witnesses({ sourcesCount, disagreement, witnesses: all }) {
  if (sourcesCount < 2) return null;
  const words = { OPEN: "open", ENDED: "ended", UNSEEN: "not shown by its last scan", SOLD: "sold" };
  return el("details", { class: "witnesses", open: Boolean(disagreement) },
    el("summary", {}, seenBy({ sourcesCount, disagreement })),
    disagreement ? el("p", { class: "disputed" }, disagreement) : null,
    el("ul", { class: "history" }, all.map(({ source, leads, word, marketPrice, at, position }) => el("li", {},
      `${source.name}${leads ? ", whose word leads" : ""}: ${words[word]}${marketPrice ? " at " + marketPrice.text : ""} · ${when(at)} · `, proof(position)))));
}

function offer(listing) {
  const usd = listing.allIn.converted;
  return el("section", { class: "offer" },
    el("header", {}, badge(listing.market), el("span", {}, listing.market.name), el("b", {}, listing.marketPrice.text), listing.linkUrl ? link(listing.linkUrl, "Open there") : null),
    el("table", {}, el("tbody", {},
      listing.allIn.lines.map((line) => el("tr", {},
        el("td", {}, LINES[line.kind] ?? line.kind, line.counted === "INSIDE" ? " (inside the price)" : line.counted === "APART" ? " (apart, another currency)" : "",
          el("small", {}, line.source === "none" ? "no source says how much" : line.sourceUrl ? link(line.sourceUrl, line.source) : line.source, line.sourceDate ? `, ${line.sourceDate}` : ""),
          line.note && el("small", {}, line.note)),
        el("td", {}, line.text ?? "unknown"))),
      el("tr", { class: "total" }, el("td", {}, listing.allIn.atLeast ? "All-in, at least" : "All-in",
        usd ? el("small", {}, `≈ ${usd.text}, rate of ${usd.rateSource}, ${age(usd.rateAgeSeconds)} old `, mark(usd.ratePosition)) : el("small", {}, "no rate to another currency known")), el("td", {}, listing.allIn.text.replace(/^at least /, ""))))),
    onChain(listing), witnesses(listing),
    el("p", { class: "proof" }, listing.listedAt ? `Listed ${when(listing.listedAt)}. ` : "When it was listed is not told. ",
      `Checked ${since(new Date(Date.now() - listing.ageSeconds * 1000).toISOString())} ago. `,
      listing.stale ? el("span", { class: "stale-mark" }, `Stale: ${listing.staleReason ?? ""}. `) : "", "Price: ", proof(listing.askPosition)));
}

function hostOf(url) { try { return new URL(url).host; } catch { return "an address that cannot be read"; } }

function facts(gift) {
  const rows = [];
  const row = (word, ...value) => rows.push(el("dt", {}, word), el("dd", {}, ...value));
  if (gift.custody) row("Custody", `${gift.custody.kind.toLowerCase()}${gift.custody.market ? " (" + gift.custody.market.name + ")" : ""}${gift.custody.since ? `, since ${when(gift.custody.since)}` : ""} · `, proof(gift.custody.position));
  if (gift.custody?.conflict) row("Conflict", el("span", { class: "disputed" }, gift.custody.conflict));
  if (gift.owner) row("Owner", gift.owner.name, " · ", proof(gift.owner.position));
  if (gift.address) row("Address", gift.address);
  else if (gift.addressCandidates.length) row("Address once exported", gift.addressCandidates.join(" or "));
  for (const [word, key] of [["May be transferred from", "transferableAt"], ["May be exported from", "exportableAt"], ["May be resold from", "resellableAt"], ["Market lock ends", "unlocksAt"]])
    if (gift.dates?.[key]) row(word, when(gift.dates[key]), " · ", proof(gift.dates.position));
  if (gift.imageUrl) row("Original picture", link(gift.imageUrl, `at ${hostOf(gift.imageUrl)}`));
  for (const { field, reason } of gift.missing) row(fieldWord(field), reason);
  return el("dl", { class: "facts" }, rows);
}
