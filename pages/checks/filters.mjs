// The market page's filters, sorts and pages, and what they say when nothing fits or an amount is none.
import { visit } from "./browser.mjs";
import { holds, matches, same, until } from "./expect.mjs";
import { PAGE, grid, opened } from "./market.mjs";

const message = (page) => page.locator("#message").textContent();

/** The collection with the most listings. */
async function largest(ribbon) {
  const { floors } = await ribbon.ask('{ floors(first: 100, filter: { bestOnly: true, currency: "TON" }) { nodes { slug listingsCount } } }');
  const { slug } = floors.nodes.sort((a, b) => b.listingsCount - a.listingsCount)[0];
  return (await ribbon.ask("query C($slug: Slug!) { collection(slug: $slug) { slug title } }", { slug })).collection;
}

async function showsOnly(page, title) {
  await until(`every card is of ${title}`, async () => {
    const { cards } = await grid(page);
    return cards.length > 0 && cards.every((card) => card.name === title);
  });
}

async function keptInTheAddress({ ribbon, browser }) {
  const { slug, title } = await largest(ribbon);
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    await page.selectOption("select[name=collection]", slug);
    await until("the models of the collection can be chosen", () => page.evaluate(() => document.querySelector("select[name=model]").options.length > 3));
    await showsOnly(page, title);
    same(new URL(page.url()).searchParams.get("collection"), slug, "the collection in the address");
    same(await page.locator(`#collections button[data-slug="${slug}"]`).getAttribute("aria-pressed"), "true", "the collection's button in the strip is pressed");
    const { model } = (await grid(page)).cards.find((card) => card.model !== "model not told");
    await page.selectOption("select[name=model]", model);
    await until(`every card is of the model ${model}`, async () => (await grid(page)).cards.every((card) => card.model === model));
    await page.reload();
    await opened(page);
    same(await page.evaluate(() => ["collection", "model"].map((name) => document.querySelector(`select[name=${name}]`).value)), [slug, model], "the filters after a reload");
    const { cards } = await grid(page);
    holds(cards.length > 0 && cards.every((card) => card.name === title && card.model === model), "cards after a reload", `of ${title}, ${model}`, cards);
    await page.click("button[type=reset]");
    await until("cleared filters show everything again", async () => new Set((await grid(page)).cards.map((card) => card.name)).size > 1);
    same(new URL(page.url()).search, "", "the address after the filters are cleared");
  });
}

async function saysWhatIsWrong({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/?number=2147483647", {}, async (page) => {
    await until("an impossible filter says so", async () => /No listing fits these filters/.test(await message(page)));
    same((await grid(page)).cards, [], "cards under an impossible filter");
    for (const [field, value, said] of [
      ["from", "abc", /“abc” is not an amount in TON/], ["to", "1.2.3", /“1.2.3” is not an amount in TON/], ["number", "one", /“one” is not a gift’s number/],
      ["number", "99999999999", /“99999999999” is not a gift’s number/],
    ]) {
      await page.fill(`input[name=${field}]`, value);
      await page.locator(`input[name=${field}]`).blur();
      await until(`${value} in ${field} is refused in words`, async () => said.test(await message(page)));
      holds(await page.locator("#message").isVisible(), "the message", "visible", await message(page));
      const box = await page.locator("#message").boundingBox();
      holds(box.y + box.height <= 1000, "the message's place", "on the screen without scrolling", box);
      same(await page.locator(`input[name=${field}]`).getAttribute("aria-invalid"), "true", `${field} is marked invalid`);
      await page.fill(`input[name=${field}]`, "");
      await page.locator(`input[name=${field}]`).blur();
    }
    await until("without the wrong values the cards are back", async () => (await grid(page)).cards.length === PAGE);
    await page.fill("input[name=from]", "100");
    await page.fill("input[name=to]", "1");
    await page.locator("input[name=to]").blur();
    await until("a range whose end is below its begin is refused in words", async () => (await message(page)).length > 10);
  });
}

const nanoton = (price) => {
  const [, whole, fraction = "", currency] = /^([\d,]+)(?:\.(\d+))? ([A-Z]+)$/.exec(price);
  return { currency, amount: BigInt(whole.replaceAll(",", "") + fraction.padEnd(9, "0")) };
};

async function sorts({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await opened(page);
    await page.fill("input[name=from]", "0");
    await page.selectOption("select[name=sort]", "PRICE ASC");
    await until("the address has the sort", () => new URL(page.url()).searchParams.get("sort") === "PRICE ASC");
    const rising = (cards) => cards.map((card) => nanoton(card.price)).every((price, n, all) => n === 0 || all[n - 1].amount <= price.amount);
    await until("prices rise", async () => { const { cards } = await grid(page); return cards.length === PAGE && rising(cards); });
    await page.click("#more");
    const { cards } = await until("more listings are appended", async () => { const shown = await grid(page); return shown.cards.length === 2 * PAGE && shown; });
    holds(rising(cards), "prices over two pages", "rising", cards.map((card) => card.price));
    same(new Set(cards.map((card) => card.id)).size, 2 * PAGE, "different listings on two pages");
    await page.click("#more");
    await until("and more again", async () => (await grid(page)).cards.length === 3 * PAGE);
    const { position } = await grid(page);
    await until("a refresh of the grid keeps all that is shown", async () => {
      const shown = await grid(page);
      return BigInt(shown.position) > BigInt(position) && shown.cards.length === 3 * PAGE;
    });
  });
}

async function keepsTheFocus({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/?sort=PRICE+ASC", {}, async (page) => {
    await opened(page);
    const { position, cards: [, second] } = await grid(page);
    await page.locator(`#grid > li[data-id="${second.id}"] button`).focus();
    await until("the grid is drawn anew", async () => BigInt((await grid(page)).position) > BigInt(position));
    const focused = await page.evaluate(() => document.activeElement.closest("li")?.dataset.id);
    const stillThere = (await grid(page)).cards.some((card) => card.id === second.id);
    if (stillThere) same(focused, second.id, "the card that has the focus after a refresh");
    matches(second.said, /TON/, "the price in the card's words");
  });
}

export default [
  { name: "filters: chosen, kept in the address, kept over a reload, cleared", run: keptInTheAddress },
  { name: "filters: nothing fits, or a value is wrong, in words", run: saysWhatIsWrong },
  { name: "filters: prices rise, and more is appended and kept", run: sorts },
  { name: "filters: a refresh leaves the focus where it is", run: keepsTheFocus },
];
