// Pictures of the pages, for people to look at.
import { join } from "node:path";
import { visit } from "./browser.mjs";
import { explorerOpened } from "./explorer.mjs";
import { opened } from "./market.mjs";
import { openSheet } from "./sheet.mjs";
import { until } from "./expect.mjs";

/** Saves what a page shows, when pictures are wanted. The caret stays: hiding it would write a style, which the page's policy forbids. */
export async function shoot({ shots }, page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), caret: "initial" });
}

const loaded = (page) => until("the pictures are loaded", () => page.evaluate(() => {
  const isSeen = (image) => { const { top, bottom, left, right } = image.getBoundingClientRect(); return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth; };
  return [...document.images].filter(isSeen).every((image) => image.complete);
}));

const tapeFilled = async (page) => { await opened(page); await page.locator("#tape > li").nth(6).waitFor(); };
const sheetOpen = async (page) => { await opened(page); await openSheet(page); };
const auctionOpen = async (page) => { await opened(page); await page.locator("#auctions li button").first().click(); await page.locator("dialog[open] .auction").first().waitFor(); };
const answered = async (page) => { await explorerOpened(page); await page.click("#run"); await page.locator("#proofs a").first().waitFor(); };
const statusRead = (page) => page.locator("#live[data-state=live]").waitFor();
const phone = { width: 390, height: 844, isMobile: true, hasTouch: true };

export async function screenshots(world) {
  for (const [name, path, options, ready] of [
    ["market", "/", {}, tapeFilled],
    ["market-dark", "/", { colorScheme: "dark" }, tapeFilled],
    ["market-phone-dark", "/", { ...phone, colorScheme: "dark" }, tapeFilled],
    ["market-empty", "/?number=2147483647", {}, (page) => page.getByText("No listing fits").waitFor()],
    ["sheet", "/", {}, sheetOpen],
    ["sheet-phone-dark", "/", { ...phone, colorScheme: "dark" }, sheetOpen],
    ["sheet-auction", "/", {}, auctionOpen],
    ["status", "/status", {}, statusRead],
    ["status-phone-dark", "/status", { ...phone, colorScheme: "dark" }, statusRead],
    ["explorer", "/explorer/", {}, answered],
    ["explorer-dark", "/explorer/", { colorScheme: "dark" }, answered],
    ["explorer-phone", "/explorer/", phone, answered],
    ["missing", "/no/such/page", {}, async (page, faults) => { await page.locator("h2").waitFor(); faults.length = 0; }],
  ]) await visit(world, path, options, async (page, faults) => {
    await ready(page, faults);
    await loaded(page);
    await shoot(world, page, name);
  });
}
