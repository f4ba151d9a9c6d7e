// Auctions and offers on the market page: the strip says what the API says, its clocks run down whatever the reader's clock says, the best offer
// stands under the floor, and nothing to show is said in words.
import { visit } from "./browser.mjs";
import { holds, matches, same, until } from "./expect.mjs";
import { opened } from "./market.mjs";

const seconds = (text) => {
  const days = /^(\d+) d (\d+) h left$/.exec(text);
  if (days) return Number(days[1]) * 86_400 + Number(days[2]) * 3_600;
  const parts = /^(?:(\d+):)?(\d+):(\d+) left$/.exec(text);
  return parts && Number(parts[1] ?? 0) * 3_600 + Number(parts[2]) * 60 + Number(parts[3]);
};

async function stripIsTrue({ ribbon, browser }) {
  const { auctions } = await until("an auction is open", async () => {
    const told = await ribbon.ask("{ auctions(first: 12) { nodes { id price { text } secondsLeft market { name } gift { name } } } }");
    return told.auctions.nodes.length > 0 && told;
  });
  const known = new Map(auctions.nodes.map((auction) => [auction.id, auction]));
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    // A reader whose clock is a day ahead sees the same time left.
    await page.addInitScript(() => { const real = Date.now; Date.now = () => real() + 86_400_000; });
    await page.reload();
    await opened(page);
    await page.locator("#auctions li").first().waitFor();
    const read = () => page.evaluate(() => [...document.querySelectorAll("#auctions li")].map((li) => ({
      id: li.dataset.id, name: li.querySelector("b").textContent, price: li.querySelector(".bid").lastChild.textContent, left: li.querySelector(".left").textContent,
      links: [...li.querySelectorAll("a")].map((a) => a.getAttribute("href")),
    })));
    const rows = await read();
    let compared = 0;
    for (const row of rows) {
      holds(row.links.some((href) => /^\/evidence\/\d+$/.test(href)), "an auction's links", "one to its evidence", row.links);
      const told = known.get(row.id);
      if (!told) continue;
      compared += 1;
      same(row.name, told.gift.name, `gift of ${row.id}`);
      const shown = seconds(row.left);
      if (shown === null) matches(row.left, /^past its end, outcome not seen yet$|^end not told$/, `time left of ${row.id}`);
      else holds(Math.abs(shown - told.secondsLeft) < 3_700, `time left of ${row.id}`, `about ${told.secondsLeft} s`, row.left);
    }
    holds(compared > 0, "auctions that page and API both show", "at least one", rows);
    const fine = await until("a clock that shows seconds runs down", async () => {
      const before = await read();
      await page.waitForTimeout(1_200);
      const after = new Map((await read()).map((row) => [row.id, seconds(row.left)]));
      return before.some((row) => /:/.test(row.left) && after.get(row.id) < seconds(row.left)) || before.every((row) => !/:/.test(row.left));
    });
    holds(fine, "clocks", "run down", fine);
  });
}

async function sheetShowsAuction({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    await page.locator("#auctions li button").first().click();
    const part = page.locator("dialog[open] .auction").first();
    await part.waitFor();
    const text = await part.textContent();
    matches(text, /(Highest bid|Nobody has bid)/, "the auction on the sheet");
    matches(text, /The seller would get/, "what the seller would get");
  });
}

async function offersStandUnderFloors({ ribbon, browser }) {
  const { collections } = await ribbon.ask("{ collections(first: 100) { nodes { slug bestOffers { price { text currency } } } } }");
  const best = new Map(collections.nodes.map(({ slug, bestOffers }) => [slug, bestOffers.find(({ price }) => price.currency === "TON")?.price.text]));
  holds([...best.values()].some(Boolean), "collections with an offer", "at least one", collections);
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    const rows = await page.evaluate(() => [...document.querySelectorAll("#collections > div")].map((div) => [div.querySelector("button").dataset.slug, div.querySelector(".best").textContent]));
    const agreeing = rows.filter(([slug, text]) => (best.get(slug) ? text.includes(best.get(slug)) : /no offer known/.test(text)));
    holds(agreeing.length > rows.length / 2, "best offers under the floors", "what the API said a moment before", rows);
  });
}

async function nothingIsSaid({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/?market=mrkt", {}, async (page) => {
    await opened(page);
    await page.getByText("none is open with these filters").waitFor();
  });
}

export default [
  { name: "deals: the auctions that end next, with clocks that do not trust the reader's", run: stripIsTrue },
  { name: "deals: the sheet of a gift in auction", run: sheetShowsAuction },
  { name: "deals: the best offer under each floor", run: offersStandUnderFloors },
  { name: "deals: no auction is said in words", run: nothingIsSaid },
];
