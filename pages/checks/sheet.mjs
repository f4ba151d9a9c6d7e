// The gift's sheet: every line of the all-in price with its source, and behind each number its event and evidence, which `ribbon verify`
// recomputes without our database.
import { join } from "node:path";
import { visit } from "./browser.mjs";
import { holds, matches, same, until } from "./expect.mjs";
import { opened } from "./market.mjs";

/** Opens the sheet of the first card of the grid. */
export async function openSheet(page) {
  await page.locator("#grid > li button").first().click();
  await page.locator("dialog[open] .offer").first().waitFor();
}

async function download(page, link, ribbon) {
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const path = join(ribbon.folder, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

/** Follows the evidence link and gives the file to `ribbon verify event`. */
async function proves(page, link, ribbon) {
  const href = await link.getAttribute("href");
  matches(href, /^\/evidence\/\d+$/, "address of an evidence link");
  const path = await download(page, link, ribbon);
  const { code, said } = await ribbon.run("verify", "event", path);
  same(code, 0, `exit code of ribbon verify event for ${href}: 0 is proven; it said:\n${said}`);
  same(JSON.parse(said).verdict, "proven", `verdict on ${href}`);
}

async function showsEveryLine({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    await openSheet(page);
    const dialog = page.locator("dialog[open]");
    matches(await dialog.getAttribute("aria-label"), /.+ #\d+$/, "name of the sheet");
    holds((await dialog.locator(".hero").textContent()).includes("drawn from its names"), "label of the picture", "drawn from its names", await dialog.locator(".hero").textContent());
    const offers = await page.evaluate(() => [...document.querySelectorAll("dialog .offer")].map((offer) => ({
      links: [...offer.querySelectorAll("a")].map((a) => a.getAttribute("href")),
      rows: [...offer.querySelectorAll("tr")].map((row) => [...row.querySelectorAll("td")].map((cell) => cell.firstChild.textContent).concat(row.querySelector("small")?.textContent ?? "")),
    })));
    holds(offers.length > 0, "offers on the sheet", "at least one", offers);
    for (const { rows, links } of offers) {
      holds(rows.length >= 3, "lines of the all-in price", "the price, other parts, the total", rows);
      for (const [word, amount, source] of rows) {
        holds(word.length > 2 && source.length > 3, "a line of the all-in price", "a name and a source", [word, amount, source]);
        matches(amount, /^([\d,]+(\.\d+)? [A-Z]+|unknown)$/, `amount of ${word}`);
      }
      matches(rows[0][0], /Market price/, "the first line");
      matches(rows.at(-1)[0], /^All-in/, "the last line");
      holds(links.some((href) => /^\/explorer\/\?event=\d+$/.test(href)), "the offer's links", "one to its event", links);
      holds(links.some((href) => /^\/evidence\/\d+$/.test(href)), "the offer's links", "one to its evidence", links);
    }
    await page.keyboard.press("Escape");
    await until("Escape closes the sheet", () => page.evaluate(() => !document.getElementById("sheet").open));
  });
}

async function canBeVerified({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    await page.locator("#tape > li").first().waitFor();
    // The tape moves; the row is named by its position.
    const position = await page.evaluate(() => document.querySelector("#tape a[download]").getAttribute("href"));
    await proves(page, page.locator(`#tape a[href="${position}"]`), ribbon);
    await openSheet(page);
    // The listing's own proof: those of its witnesses lie in a part that may be closed.
    await proves(page, page.locator("dialog .offer > .proof a[download]").first(), ribbon);
    await proves(page, page.locator("dialog .history a[download]").last(), ribbon);
    await page.locator("dialog .offer > .proof a[href^='/explorer/']").first().click();
    await page.locator("#facts").getByText("as of event").waitFor();
  });
}

async function showsSales({ ribbon, browser }) {
  const sale = await until("a gift that was sold is for sale again", async () => {
    const { sales } = await ribbon.ask("{ sales(first: 100) { nodes { position gift { slug number listings { id } sales(first: 1) { position } } } } }");
    return sales.nodes.find((one) => one.gift.listings.length > 0 && one.gift.sales[0].position === one.position);
  });
  await visit({ ribbon, browser }, `/?collection=${sale.gift.slug}&number=${sale.gift.number}`, {}, async (page) => {
    await opened(page);
    await openSheet(page);
    const link = page.locator(`dialog .history a[href="/evidence/${sale.position}"]`).first();
    await link.waitFor();
    await proves(page, link, ribbon);
  });
}

export default [
  { name: "sheet: the all-in price line by line, each with its source", run: showsEveryLine },
  { name: "sheet: evidence of tape, offer and history is proven by ribbon verify event", run: canBeVerified },
  { name: "sheet: a sale's evidence too", run: showsSales },
];
