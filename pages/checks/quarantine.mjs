// A market whose pages change their shape: the status page names the place that broke, the market page marks its listings stale with
// their age, and both recover by themselves when the pages can be read again.
import { visit } from "./browser.mjs";
import { holds, matches, same, until } from "./expect.mjs";
import { grid, opened, tape } from "./market.mjs";
import { shoot } from "./screenshots.mjs";
import { marketOn } from "./status.mjs";

// Not GetGems: what stands on TON is toncenter's word too, which stays fresh.
const MARKET = "mrkt", OTHER = "getgems", LIMIT_MS = 40_000;

async function seenOnBothPages(world) {
  const { ribbon } = world;
  await visit(world, `/?market=${MARKET}`, {}, (page) => visit(world, "/status", {}, async (status) => {
    await opened(page);
    await ribbon.control("POST", "/faults", { market: MARKET, mix: "field-retyped", seed: 1 });
    try {
      await until("the status page shows the quarantine", async () => (await marketOn(status, MARKET).getAttribute("data-state")) === "QUARANTINED", LIMIT_MS);
      matches(await marketOn(status, MARKET).textContent(), /Quarantined since .+: at \/\S+ expected .+, found .+\. Its listings stay and are marked stale\./, "what is said of the quarantine");
      same(await marketOn(status, OTHER).getAttribute("data-state"), "OK", "the other market's state");
      await shoot(world, status, "status-quarantine");
      const { cards } = await until("every card of the market is stale", async () => {
        const shown = await grid(page);
        return shown.cards.length > 0 && shown.cards.every((card) => card.isStale) && shown;
      });
      for (const card of cards) {
        matches(card.age, /^stale \d+ (s|min|h|d)$/, `age of ${card.id}`);
        matches(card.said, /stale \d+ \w+ since it was checked/, `what a screen reader says of ${card.id}`);
      }
      holds((await tape(page)).rows.some((row) => /Market quarantined/.test(row.text)), "the tape", "it tells of the quarantine", (await tape(page)).rows);
      await shoot(world, page, "market-stale");
    } finally {
      await ribbon.control("DELETE", "/faults");
    }
    await until("the market is gathered again by itself", async () => (await marketOn(status, MARKET).getAttribute("data-state")) === "OK", LIMIT_MS);
    await until("no card is stale any more", async () => { const { cards } = await grid(page); return cards.length > 0 && cards.every((card) => !card.isStale); });
    await until("the tape tells of the release", async () => (await tape(page)).rows.some((row) => /Market released/.test(row.text)));
  }));
}

export default [{ name: "quarantine: seen on both pages with its place, stale cards with their age, and its end", run: seenOnBothPages }];
