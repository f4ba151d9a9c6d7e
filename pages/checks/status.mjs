// The status page: each market with its state and coverage, what is not covered, and a head that /log proves.
import { visit } from "./browser.mjs";
import { holds, matches, same, until } from "./expect.mjs";

/** The market's section on the status page. */
export const marketOn = (page, id) => page.locator(`.market[data-id=${id}]`);

async function showsMarkets({ ribbon, browser }) {
  const { markets, notCovered } = await ribbon.ask("{ markets { id name covers notCovered } notCovered { name why } }");
  same(markets.map((market) => market.id).sort(), ["fragment", "getgems", "mrkt", "portals", "toncenter", "tonnel"], "markets");
  await visit({ ribbon, browser }, "/status", {}, async (page) => {
    await page.locator("#live[data-state=live]").waitFor();
    for (const market of markets) {
      const section = marketOn(page, market.id);
      await until(`${market.name} is gathering`, async () => (await section.getAttribute("data-state")) === "OK");
      matches(await section.textContent(), /gathering.*[\d,]+ open listings · last answer \d+ (s|min) ago.*\d+ of \d+ parts/s, `what is said of ${market.name}`);
      const coverage = section.locator("[data-part=coverage]");
      await coverage.locator("summary").click();
      const told = await coverage.locator("li").allTextContents();
      same(told, [...market.covers, ...market.notCovered.map((text) => `not: ${text}`)], `what ${market.name} covers, and what not`);
    }
    const missing = await page.locator("#missing li").allTextContents();
    same(missing, notCovered.map(({ name, why }) => `${name}: ${why}`), "places that are not covered");
    holds(missing.some((text) => /Telegram/.test(text)), "places that are not covered", "Telegram's own resale market is one", missing);
  });
}

async function tellsAges({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/status", {}, async (page) => {
    const ages = marketOn(page, "getgems").locator("[data-part=ages]");
    const { markets } = await ribbon.ask("{ markets { id pictures { slug listingsSeen droppedAt } } }");
    const { pictures } = markets.find(({ id }) => id === "getgems");
    await ages.locator("summary").click();
    matches(await ages.locator("summary").textContent(), /^Pictures of \d+ collections: the oldest \d+ (s|min), half of them under \d+ (s|min)$/, "the summary of the ages");
    const slugs = await ages.locator("tbody th").allTextContents();
    same([...slugs].sort(), pictures.map(({ slug }) => slug), "a row for each collection");
    const seconds = (await ages.locator("tbody time").allTextContents()).map((text) => parseInt(text, 10) * (text.endsWith("min") ? 60 : 1));
    holds(seconds.every((age, index) => index === 0 || age <= seconds[index - 1]), "the order of the ages", "the oldest stands first", seconds);
  });
}

const head = (page) => page.evaluate(() => ({
  position: document.querySelector("#log dd").textContent, hash: document.querySelector("#log code").textContent, read: document.getElementById("live-text").textContent,
}));

async function headIsProven({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/status", {}, async (page) => {
    await page.locator("#log code").first().waitFor();
    const { position, hash } = await head(page);
    const { heads } = await ribbon.log(String(BigInt(position) - 1n));
    same(hash, heads.get(position), `the head on the page at position ${position}, against /log`);
    await until("the head on the page moves on by itself", async () => BigInt((await head(page)).position) > BigInt(position));
  });
}

async function keepsWhatIsOpen({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/status", {}, async (page) => {
    await page.locator("#live[data-state=live]").waitFor();
    const summary = marketOn(page, "mrkt").locator("[data-part=coverage] summary");
    await summary.click();
    const { read } = await head(page);
    await until("the page is drawn anew", async () => (await head(page)).read !== read);
    const kept = await page.evaluate(() => ({ isOpen: document.querySelector(".market[data-id=mrkt] [data-part=coverage]").open, focus: document.activeElement.tagName }));
    same(kept, { isOpen: true, focus: "SUMMARY" }, "an opened part after the page was drawn anew");
  });
}

export default [
  { name: "status: markets with state and coverage, and what is not covered", run: showsMarkets },
  { name: "status: the head of the log is the one that /log proves", run: headIsProven },
  { name: "status: how old each collection's picture is, the oldest first", run: tellsAges },
  { name: "status: what a reader has opened stays open", run: keepsWhatIsOpen },
];
