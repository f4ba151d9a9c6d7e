// The market page by itself: a filled grid that says what the API says, a tape that moves, a backdrop in its real colors.
import { visit } from "./browser.mjs";
import { holds, matches, same, until } from "./expect.mjs";

export const PAGE = 40;
const KINDS = ["LISTED", "REPRICED", "SOLD", "DELISTED", "AUCTION_STARTED", "BID_PLACED", "AUCTION_ENDED", "OFFER_MADE", "OFFER_REPRICED", "OFFER_ENDED", "MARKET_QUARANTINED", "MARKET_RELEASED"];

/** The page has its first listings and is connected. */
export async function opened(page) {
  await page.locator("#grid > li").first().waitFor();
  await page.locator("#live[data-state=live]").waitFor();
}

/** What the grid shows, read at one moment: the page may redraw at any time. */
export function grid(page) {
  return page.evaluate(() => {
    // The name that a button has by its contents.
    const said = (button) => {
      const copy = button.cloneNode(true);
      for (const silent of copy.querySelectorAll("[aria-hidden]")) silent.remove();
      return copy.textContent;
    };
    return {
    position: /event #(\d+)/.exec(document.getElementById("count").textContent)?.[1],
    total: document.querySelector("#count b")?.textContent,
    cards: [...document.querySelectorAll("#grid > li")].map((li) => {
      const text = (selector) => li.querySelector(selector)?.textContent;
      return {
        id: li.dataset.id, name: text(".words b"), number: text(".number"), model: text("small"), drawn: text(".drawn"), age: text(".age"),
        price: li.querySelector(".price").firstChild.textContent, market: li.querySelector(".badge").title,
        said: said(li.querySelector("button")), isStale: li.querySelector(".card").classList.contains("stale"),
      };
    }),
    };
  });
}

/** What the tape shows, and up to which position. */
export function tape(page) {
  return page.evaluate(() => ({
    upTo: /#(\d+)/.exec(document.getElementById("live-text").textContent)?.[1],
    rows: [...document.querySelectorAll("#tape > li")].map((li) => ({ text: li.textContent, position: /event #(\d+)/.exec(li.textContent)?.[1] })),
  }));
}

/** The tape has exactly the newest events, in their order. */
export async function tapeIsWhole(page, ribbon) {
  await until("the tape has exactly the newest events of the log", async () => {
    const { upTo, rows } = await tape(page);
    if (!upTo || !rows.length) return false;
    const { activity } = await ribbon.ask("query A($kinds: [EventKind!], $asOf: Position) { activity(first: 30, filter: { kinds: $kinds }, asOf: $asOf) { nodes { position } } }",
      { kinds: KINDS, asOf: upTo });
    same(rows.map((row) => row.position), activity.nodes.map((node) => node.position), `positions on the tape at position ${upTo}`);
    return true;
  });
}

async function isFilled({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    const { cards, position, total } = await grid(page);
    same(cards.length, PAGE, "cards on the first page");
    const { markets } = await ribbon.ask("{ markets { name } }");
    const names = markets.map((market) => market.name);
    for (const card of cards) {
      matches(card.price, /^[\d,]+(\.\d+)? [A-Z]+$/, `price of ${card.id}`);
      matches(card.age, /^\d+ (s|min|h|d)$/, `age of ${card.id}`);
      holds(names.includes(card.market), `market of ${card.id}`, `one of ${names}`, card.market);
      same(card.drawn, "drawn", `the label on the picture of ${card.id}`);
      for (const part of [card.price, card.market, card.name, card.number.slice(1)]) holds(card.said.includes(part), "what a screen reader says of a card", `it names ${part}`, card.said);
    }
    const query = "query L($asOf: Position) { listings(first: 40, asOf: $asOf, sort: { by: LISTED, direction: DESC }) { totalCount nodes { id marketPrice { text } } } }";
    const { listings } = await ribbon.ask(query, { asOf: position });
    same(cards.map(({ id, price }) => [id, price]), listings.nodes.map(({ id, marketPrice }) => [id, marketPrice.text]), `the cards, against the API at position ${position}`);
    same(total, `${listings.totalCount.toLocaleString("en-US")} listings`, "the count above the cards");
    await until("the pictures of the first cards are loaded", () => page.evaluate(() =>
      [...document.querySelectorAll("#grid img")].slice(0, 8).every((img) => img.complete && img.naturalWidth > 0)));
    matches(await page.locator("#world").textContent(), /^Simulated market/, "the notice that nothing here is real");
    holds(await page.locator("#collections button").count() > 10, "collections in the strip", "more than 10", await page.locator("#collections button").count());
  });
}

async function tapeMoves({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    const first = await until("the tape has a first row", async () => (await tape(page)).rows[0]);
    const next = await until("a new row comes onto the tape by itself", async () => {
      const row = (await tape(page)).rows[0];
      return row.position !== first.position && row;
    });
    holds(BigInt(next.position) > BigInt(first.position), "position of the new row", `after ${first.position}`, next.position);
    await tapeIsWhole(page, ribbon);
    await until("the grid follows the log", async () => BigInt((await grid(page)).position) >= BigInt(next.position));
  });
}

async function backdropsAreReal({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    const { position, shown } = await page.evaluate(() => ({
      position: /event #(\d+)/.exec(document.getElementById("count").textContent)[1],
      shown: [...document.querySelectorAll("#grid > li")].map((li) => [li.dataset.id, getComputedStyle(li.querySelector(".art")).backgroundImage]),
    }));
    const known = await (await ribbon.fetch("/art/backdrops.json")).json();
    const rgb = (hex) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(", ")})`;
    let compared = 0;
    for (const [id, image] of shown.slice(0, 12)) {
      const { listing } = await ribbon.ask("query L($id: ID!, $asOf: Position) { listing(id: $id, asOf: $asOf) { gift { backdrop { name } } } }", { id, asOf: position });
      const colors = known[listing?.gift.backdrop?.name];
      if (!colors) continue;
      compared += 1;
      for (const color of [colors.center, colors.edge]) holds(image.includes(rgb(color)), `ground of ${id}, ${listing.gift.backdrop.name}`, rgb(color), image);
    }
    holds(compared > 3, "cards with a known backdrop", "more than 3 of 12", compared);
    const label = page.locator("#grid .drawn").first();
    same([await label.textContent(), await label.isVisible()], ["drawn", true], "the label on a card's picture");
    holds((await page.locator("footer").textContent()).includes("drawn by Ribbon"), "the footer", "says that pictures are drawn", await page.locator("footer").textContent());
  });
}

export default [
  { name: "market: the grid is filled, and says what the API says", run: isFilled },
  { name: "market: the tape moves by itself and misses nothing", run: tapeMoves },
  { name: "market: pictures are labelled as drawn, before their backdrops' real colors", run: backdropsAreReal },
];
