// axe on every page, in light and dark, and no sideways scrolling on a phone.
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { visit } from "./browser.mjs";
import { explorerOpened } from "./explorer.mjs";
import { holds, same } from "./expect.mjs";
import { opened } from "./market.mjs";
import { openSheet } from "./sheet.mjs";

const PHONE = { width: 390, height: 844 };

const VIEWS = [
  { name: "market", path: "/", ready: opened },
  { name: "sheet", path: "/", ready: async (page) => { await opened(page); await openSheet(page); } },
  { name: "empty market", path: "/?number=2147483647", ready: (page) => page.getByText("No listing fits").waitFor() },
  { name: "status", path: "/status", ready: (page) => page.locator("#live[data-state=live]").waitFor() },
  { name: "explorer", path: "/explorer/", ready: async (page) => { await explorerOpened(page); await page.click("#run"); await page.locator("#proofs a").first().waitFor(); } },
];

/** The debugger's way into a page is not bound by the page's policy, so axe looks at the page just as it is served. */
async function breaches(page, options) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate((how) => globalThis.axe.run(document, { resultTypes: ["violations"], preload: false, ...how }), options);
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, help, nodes }) =>
    `${id}: ${help}; ${nodes.length} such as ${nodes[0].target.join(" ")}: ${nodes[0].failureSummary.replace(/\s+/g, " ")}`);
}

const accessible = ({ name, path, ready }) => ({
  name: `accessibility: ${name}, light, dark, and on a phone`,
  run: (world) => visit(world, path, {}, async (page) => {
    await ready(page);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    same(await breaches(page, {}), [], `serious breaches on ${name}, light`);
    // The scheme changes colors and nothing else.
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    same(await breaches(page, { runOnly: ["color-contrast"] }), [], `serious breaches on ${name}, dark`);
    await page.setViewportSize(PHONE);
    const widths = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, body: document.body.scrollWidth, screen: innerWidth }));
    holds(widths.screen === PHONE.width && widths.page <= PHONE.width && widths.body <= PHONE.width, `widths of ${name} on a phone`, `none above ${PHONE.width}`, widths);
  }),
});

export default VIEWS.map(accessible);
