// Drawn pictures at 64 pixels: gifts that are different look different. Compared as a browser paints them.
import { visit } from "./browser.mjs";
import { holds, same, until } from "./expect.mjs";

const SIDE = 64, COLLECTIONS = 8, MODELS = 40;
/** A pixel differs when a channel does by so much of 255; two pictures do when so many of a thousand pixels differ. */
const CLEARLY = 32, APART_PER_MILLE = 20;

/** Runs in the page: paints each picture on the same gray and gives the pairs that are hardest to tell apart. */
async function compare({ addresses, side, clearly }) {
  const paint = async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const context = canvas.getContext("2d");
    context.fillStyle = "#777";
    context.fillRect(0, 0, side, side);
    context.drawImage(image, 0, 0, side, side);
    return context.getImageData(0, 0, side, side).data;
  };
  const painted = await Promise.all(addresses.map(paint));
  const apart = (a, b) => {
    let count = 0;
    for (let at = 0; at < a.length; at += 4) if ([0, 1, 2].some((channel) => Math.abs(a[at + channel] - b[at + channel]) > clearly)) count += 1;
    return Math.round((count * 1000) / (side * side));
  };
  const pairs = painted.flatMap((one, n) => painted.slice(n + 1).map((other, m) => ({ apart: apart(one, other), pair: [addresses[n], addresses[n + 1 + m]] })));
  return pairs.sort((a, b) => a.apart - b.apart).slice(0, 5);
}

async function differ(page, addresses, what) {
  holds(addresses.length > 5, what, "more than 5 pictures to compare", addresses);
  const nearest = await page.evaluate(compare, { addresses, side: SIDE, clearly: CLEARLY });
  holds(nearest[0].apart >= APART_PER_MILLE, `${what} at ${SIDE} pixels, the pairs hardest to tell apart`, `${APART_PER_MILLE} of a thousand pixels differ clearly`, nearest);
}

async function areDistinguishable({ ribbon, browser }) {
  const { collections } = await ribbon.ask("{ collections(first: 100) { nodes { slug attributes(kind: MODEL, first: 100) { name } } } }");
  const rich = collections.nodes.filter((one) => one.attributes.length >= MODELS).slice(0, COLLECTIONS);
  same(rich.length, COLLECTIONS, `collections with at least ${MODELS} models`);
  const address = (slug, model) => `/art/model/${encodeURIComponent(slug)}/${encodeURIComponent(model)}.svg`;
  await visit({ ribbon, browser }, "/status", {}, async (page) => {
    for (const { slug, attributes } of rich.slice(0, 3)) await differ(page, [...new Set(attributes.map(({ name }) => address(slug, name)))], `models of ${slug}`);
    await differ(page, rich.map(({ slug, attributes }) => address(slug, attributes[0].name)), "collections");
  });
}

const DOT = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGMwmPABAAKkAbEtVMRjAAAAAElFTkSuQmCC", "base64");

/** In a live world; the outside, with one market's pictures and without the other's, is played. */
async function realOnesAreShown({ ribbon, browser }) {
  for (const [market, isReachable] of [["getgems", true], ["mrkt", false]]) {
    const before = async (context) => {
      await context.route("**/ready", (route) => route.fulfill({ json: { ready: true, world: "live" } }));
      await context.route(/^https:/, (route) => (isReachable ? route.fulfill({ contentType: "image/png", body: DOT }) : route.abort()));
    };
    await visit({ ribbon, browser }, `/?market=${market}`, { before }, async (page, faults) => {
      await page.locator("#grid > li").first().waitFor();
      const pictures = () => page.evaluate(() => [...document.querySelectorAll("#grid > li")].map((li) => [li.querySelector(".real") !== null, li.querySelector(".drawn") !== null]));
      await until(`pictures of ${market} were asked for`, () => faults.some((fault) => fault.startsWith("foreign request: https:")));
      await until(`cards of ${market} show ${isReachable ? "the market's picture and do not call it drawn" : "the drawn picture and call it so"}`, async () => {
        const shown = await pictures();
        return isReachable ? shown.some(([real, drawn]) => real && !drawn) : shown.length > 0 && shown.every(([real, drawn]) => !real && drawn);
      });
      same(faults.splice(0).filter((fault) => !/^foreign request: https:|ERR_FAILED/.test(fault)), [], "faults but for the pictures that were asked for");
    });
  }
}

export default [
  { name: "pictures: different models and collections differ at 64 pixels", run: areDistinguishable },
  { name: "pictures: the market's own where it can be reached, and the drawn one else", run: realOnesAreShown },
];
