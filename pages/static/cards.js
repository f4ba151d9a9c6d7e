// The grid's cards.
import { art, portray } from "./art.js";
import { el, mark } from "./dom.js";
import { age } from "./words.js";

export const CARD = `id gift { slug number name model { name } symbol { name } backdrop { name } } market { id name }
  marketPrice { text } allIn { total atLeast text } listedAt seenAt ageSeconds stale staleReason askPosition imageUrl sourcesCount disagreement`;

export function looks(gift) {
  return { slug: gift.slug, model: gift.model?.name, symbol: gift.symbol?.name, backdrop: gift.backdrop?.name };
}

export function badge(market) {
  return el("span", { class: "badge", "data-market": market.id, title: market.name, "aria-hidden": "true" }, market.name[0]);
}

function ageOf(listing) { return `${listing.stale ? "stale " : ""}${age(listing.ageSeconds)}`; }

/** How many sources speak of it, and whether they disagree; nothing where one speaks. */
export function seenBy({ sourcesCount, disagreement }) {
  if (sourcesCount < 2) return null;
  const words = `seen by ${sourcesCount} sources`;
  return el("span", { class: `seen${disagreement ? " disputed" : ""}`, title: disagreement ?? words }, disagreement ? `${words} that disagree` : words);
}

export function card(listing, onOpen, isFresh) {
  const { gift, market, marketPrice } = listing;
  const picture = art(looks(gift));
  const label = el("span", { class: "drawn", title: "Drawn by Ribbon from the gift's names; not the market's picture" }, "drawn");
  portray(picture, listing.imageUrl, () => label.remove());
  return el("li", { "data-id": listing.id },
    el("button", { class: `card${listing.stale ? " stale" : ""}${isFresh ? " fresh" : ""}`, onclick: () => onOpen(gift) },
      picture, el("span", { class: "number" }, `#${gift.number}`), label,
      el("span", { class: "words" },
        el("b", {}, gift.name.replace(/ #\d+$/, "")),
        el("small", {}, gift.model?.name ?? "model not told"),
        seenBy(listing),
        el("span", { class: "price" }, marketPrice.text, el("span", { class: "said" }, ` on ${market.name}, `),
          el("span", { class: "age" }, ageOf(listing)), el("span", { class: "said" }, " since it was checked"), badge(market)))),
    mark(listing.askPosition));
}

/** Whether two readings of a listing show the same, but for its age. Field by field: the order of an answer's fields is nobody's promise. */
export function isSame(a, b) {
  const shown = ({ gift, marketPrice, stale, askPosition, sourcesCount, disagreement }) =>
    [gift.name, marketPrice.text, stale, askPosition, sourcesCount, disagreement, ...Object.values(looks(gift))].join("|");
  return shown(a) === shown(b);
}

/** Brings the card of an unchanged listing up to date: only its age has moved. */
export function renew(node, listing) { node.querySelector(".age").textContent = ageOf(listing); }
