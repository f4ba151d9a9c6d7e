// The grid's cards.
import { art } from "./art.js";
import { el } from "./dom.js";
import { age } from "./words.js";

export const CARD = `id gift { slug number name model { name } symbol { name } backdrop { name } } market { id name }
  price { amount currency text } allIn { total atLeast text } listedAt seenAt ageSeconds stale staleReason askPosition linkUrl`;

export function looks(gift) {
  return { slug: gift.slug, model: gift.model?.name, symbol: gift.symbol?.name, backdrop: gift.backdrop?.name };
}

export function badge(market) {
  return el("span", { class: "badge", "data-market": market.id, title: market.name, "aria-hidden": "true" }, market.name[0]);
}

export function card(listing, onOpen, isFresh) {
  const { gift, market, price } = listing;
  const said = `${gift.name}, ${gift.model?.name ?? "model unknown"}, ${price.text} on ${market.name}, checked ${age(listing.ageSeconds)} ago${listing.stale ? ", stale" : ""}`;
  return el("li", { "data-id": listing.id },
    el("button", { class: `card${listing.stale ? " stale" : ""}${isFresh ? " fresh" : ""}`, "aria-label": said, onclick: () => onOpen(gift) },
      art(looks(gift)),
      el("span", { class: "number" }, `#${gift.number}`),
      el("span", { class: "drawn", title: "Drawn by Ribbon from the gift's names; not the market's picture" }, "drawn"),
      el("span", { class: "words" },
        el("b", {}, gift.name.replace(/ #\d+$/, "")),
        el("small", {}, gift.model?.name ?? "model not told"),
        el("span", { class: "price" }, price.text, el("span", { class: "age" }, listing.stale ? `stale ${age(listing.ageSeconds)}` : age(listing.ageSeconds)), badge(market)))));
}
