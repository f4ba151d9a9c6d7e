// What a page shows where nothing stands, and without JavaScript.
import { visit } from "./browser.mjs";
import { same, until } from "./expect.mjs";

async function nothingHere({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/no/such/page", {}, async (page, faults) => {
    same((await ribbon.fetch("/no/such/page")).status, 404, "status of an address where nothing stands");
    await page.getByText("Nothing stands at this address").waitFor();
    const links = await page.locator("nav a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    same(links, ["/", "/status", "/explorer/"], "links on the page");
    // The page itself is the one answer of 404.
    faults.splice(0, faults.length, ...faults.filter((fault) => !/404/.test(fault)));
  });
}

async function withoutScript({ ribbon, browser }) {
  for (const [path, links] of [["/", ["/log", "/schema.graphql"]], ["/status", ["/ready", "/metrics"]], ["/explorer/", ["/schema.graphql"]]]) {
    await visit({ ribbon, browser }, path, { javaScriptEnabled: false }, async (page) => {
      for (const link of links) {
        await until(`${path} without JavaScript shows a link to ${link}`, () => page.locator(`p.message a[href="${link}"]`).isVisible());
        same((await ribbon.fetch(link)).status, 200, `status of ${link}`);
      }
    });
  }
}

export default [
  { name: "other: where nothing stands, a page says so", run: nothingHere },
  { name: "other: without JavaScript, a page says where to look", run: withoutScript },
];
