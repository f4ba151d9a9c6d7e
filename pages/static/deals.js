// Auctions and offers: the strip of auctions that end next, and their parts of the gift's sheet. Time left comes from the server's answer and
// runs on by the browser's monotonic clock, so a reader whose clock is wrong counts right.
import { ask } from "./api.js";
import { art, portray } from "./art.js";
import { badge, looks } from "./cards.js";
import { el, link, mark, proof } from "./dom.js";
import { left, priceWords, since } from "./words.js";

const STRIP = 12;

export const AUCTION = `id state hasBid price { text feeBasis } bidMin { text } bidMax { text } bidder endsAt secondsLeft outcome pricePosition termsPosition seenAt checkedAt linkUrl
  sellerReceives { text } market { id name }`;
export const OFFER = `id target attributeName slug price { text feeBasis } sellerReceives { text } quantityLeft expiresAt secondsLeft pricePosition detailsPosition seenAt linkUrl market { id name }`;
const AUCTIONS = `query Auctions($filter: AuctionFilter!, $first: Int!) { auctions(filter: $filter, first: $first) { pageInfo { hasNextPage } nodes { ${AUCTION} imageUrl
  gift { slug number name model { name } symbol { name } backdrop { name } } } } }`;

/** A countdown that ticks by itself; null where the end is not told. */
function clock(secondsLeft) {
  if (secondsLeft == null) return el("span", { class: "left" }, "end not told");
  return el("time", { class: "left", "data-until": String(performance.now() + secondsLeft * 1000), role: "timer" }, countdown(secondsLeft * 1000));
}

function countdown(ms) { return ms > 0 ? `${left(ms / 1000)} left` : "past its end, outcome not seen yet"; }

/** Moves every countdown on. */
export function tickClocks() {
  for (const time of document.querySelectorAll("time[data-until]")) {
    const text = countdown(Number(time.dataset.until) - performance.now());
    if (time.textContent !== text) time.textContent = text;
  }
}

function priceOf({ hasBid, price }) {
  const word = hasBid === false ? "from" : hasBid ? "bid" : "";
  return el("span", { class: "bid" }, word && el("small", {}, `${word} `), priceWords(price));
}

function auctionCard(auction, onOpen) {
  const { gift, market } = auction;
  const picture = art(looks(gift));
  portray(picture, auction.imageUrl, () => {});
  return el("li", { "data-id": auction.id },
    el("button", { class: "lot", onclick: () => onOpen(gift) }, picture, el("b", {}, gift.name), priceOf(auction), clock(auction.secondsLeft), badge(market), el("span", { class: "said" }, ` on ${market.name}`)),
    mark(auction.pricePosition));
}

/** Reads and shows the auctions that end next, of the collection and the attributes that are chosen. */
export async function showAuctions(chosen, onOpen) {
  const box = document.getElementById("auctions");
  const filter = {};
  for (const [field, value] of [["collections", chosen.collection], ["models", chosen.model], ["backdrops", chosen.backdrop], ["symbols", chosen.symbol], ["markets", chosen.market]]) if (value) filter[field] = [value];
  // Those past their end, whose outcome was not seen, would stand before all that can still be bid for. The time is the server's.
  const { log } = await ask("{ log { answeredAt } }");
  const { auctions } = await ask(AUCTIONS, { filter: { ...filter, endsAfter: log.answeredAt }, first: STRIP });
  const rows = auctions.nodes.map((auction) => auctionCard(auction, onOpen));
  const words = rows.length ? `${rows.length}${auctions.pageInfo.hasNextPage ? " ending next, and more" : rows.length === 1 ? " is open" : " are open"}` : "none is open with these filters; GetGems’ and Fragment’s are followed";
  box.querySelector("#auctions-count").textContent = words;
  box.querySelector("ul").replaceChildren(...rows);
}

/** What an auction's price is. Some markets do not tell whether anybody has bid. */
function priceWord(hasBid) {
  if (hasBid == null) return "Highest bid, or the least that the first must be: not told which";
  return hasBid ? "Highest bid" : "Nobody has bid; the first must be at least";
}

/** An auction on the gift's sheet. */
export function auctionPart(auction) {
  const row = (word, ...value) => el("tr", {}, el("td", {}, word), el("td", {}, ...value));
  return el("section", { class: "auction" },
    el("header", {}, badge(auction.market), el("span", {}, auction.market.name), el("b", {}, priceWords(auction.price)), auction.linkUrl ? link(auction.linkUrl, "Bid there") : null),
    el("table", {}, el("tbody", {},
      row(priceWord(auction.hasBid), auction.price.text),
      auction.bidder && row("By", auction.bidder),
      auction.bidMin && auction.hasBid && row("Next bid at least", auction.bidMin.text),
      auction.bidMax && row("Ends at once at", auction.bidMax.text),
      row("The seller would get", auction.sellerReceives?.text ?? "not told"),
      row("Time", clock(auction.secondsLeft)))),
    el("p", { class: "proof" }, auction.checkedAt ? `Checked ${since(auction.checkedAt)} ago. ` : "", "Price: ", proof(auction.pricePosition), auction.termsPosition ? el("span", {}, " · terms: ", proof(auction.termsPosition)) : ""));
}

const FOR = { GIFT: () => "for this gift", ATTRIBUTE: (offer) => `for any with ${offer.attributeName}`, COLLECTION: () => "for any of the collection" };

/** The offers that a gift could be sold to. */
export function offersPart(offers) {
  if (!offers.length) return el("p", { class: "proof" }, "No offer that it could be sold to is known. Offers for single gifts are gathered from few markets: the status page says which.");
  return el("ul", { class: "history bids" }, offers.map((offer) => el("li", {}, badge(offer.market), " ", el("b", {}, priceWords(offer.price)), ` ${FOR[offer.target](offer)} on ${offer.market.name}`,
    offer.quantityLeft != null && offer.quantityLeft !== 1 ? `, for ${offer.quantityLeft} more` : "",
    offer.sellerReceives ? `; the seller gets ${offer.sellerReceives.text} · ` : "; what the seller gets is not told · ", offer.secondsLeft == null ? "end not told" : `${left(offer.secondsLeft)} left`, " · ", proof(offer.pricePosition))));
}

/** The best offer beside a floor, in one currency; null where none stands. */
export function bestOffer(offers, currency) { return offers?.find(({ price }) => price.currency === currency) ?? null; }
