// A gift's picture in three layers: the real backdrop's colors, the drawn symbol as a mask, the drawn model.
import { el } from "./dom.js";

let backdrops = {};
export async function loadBackdrops() { backdrops = await fetch("/art/backdrops.json").then((r) => r.json()).catch(() => ({})); }

export function art({ slug, model, symbol, backdrop }, alt = "") {
  const box = el("div", { class: "art" });
  const colors = backdrops[backdrop];
  if (colors) {
    box.style.setProperty("--center", colors.center);
    box.style.setProperty("--edge", colors.edge);
    box.style.setProperty("--pattern", colors.pattern);
  }
  if (symbol) {
    const pattern = el("div", { class: "pattern" });
    pattern.style.setProperty("--mask", `url("/art/symbol/${encodeURIComponent(symbol)}.svg")`);
    box.append(pattern);
  }
  box.append(el("img", { src: `/art/model/${encodeURIComponent(slug)}/${encodeURIComponent(model ?? "unknown")}.svg`, alt, loading: "lazy", decoding: "async", width: 200, height: 200 }));
  return box;
}

/** Whether what is shown is the real market: only then a market's picture shows this very gift. */
let isLive = false;
export function showReal(live) { isLive = live; }

/** Puts the market's own picture over the drawn one when it can be reached, and calls back then. */
export function portray(box, url, onShown = () => {}) {
  if (!isLive || !url) return;
  const real = el("img", { src: url, alt: "", class: "real", decoding: "async", onload: () => { box.append(real); onShown(); } });
}
