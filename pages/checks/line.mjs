// A lost line: the page says so, comes back by itself, and has missed nothing. The server stops and starts again, it hangs without a word,
// or the machine is offline.
import { visit } from "./browser.mjs";
import { same, until } from "./expect.mjs";
import { grid, opened, tape, tapeIsWhole } from "./market.mjs";

const LOST_MS = 10_000, BACK_MS = 40_000;
/** The page asks for a sign of life this often; so many go by before it gives up, and one more. */
const BEAT_MS = 10_000, BEATS = 4;

const live = (page) => page.locator("#live").getAttribute("data-state");
const isLost = (page, what) => until(what, async () => (await live(page)) === "lost" && /Line lost/.test(await page.locator("#live-text").textContent()), LOST_MS);

async function isBack(page, ribbon) {
  await until("the page is live again by itself", async () => (await live(page)) === "live", BACK_MS);
  const before = BigInt((await tape(page)).upTo ?? 0);
  await until("the tape goes on", async () => BigInt((await tape(page)).upTo ?? 0) > before);
  await tapeIsWhole(page, ribbon);
}

async function overARestart({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page, faults) => {
    await opened(page);
    const { base } = ribbon;
    await ribbon.stop();
    await isLost(page, "the page says that the line is lost when the server stops");
    same((await grid(page)).cards.length, 40, "cards that stay while the line is lost");
    await ribbon.start();
    same(ribbon.base, base, "address after a restart");
    await isBack(page, ribbon);
    // That nobody answered while nobody ran is no fault of the page.
    const ofTheGap = (fault) => /net::ERR_|WebSocket connection to|\b503\b/.test(fault);
    faults.splice(0, faults.length, ...faults.filter((fault) => !ofTheGap(fault)));
  });
}

async function overSilence({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page) => {
    await page.clock.install();
    await page.reload();
    await opened(page);
    ribbon.signal("SIGSTOP");
    try {
      // The page's own clock is moved on, so that nobody has to wait for it.
      for (let beat = 0; beat < BEATS; beat += 1) await page.clock.fastForward(BEAT_MS);
      await isLost(page, "the page says that the line is lost when nothing is heard for long");
    } finally {
      ribbon.signal("SIGCONT");
    }
    await isBack(page, ribbon);
  });
}

async function offline({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/", {}, async (page, faults) => {
    await opened(page);
    await page.context().setOffline(true);
    await isLost(page, "the page says that the line is lost when the machine is offline");
    await page.context().setOffline(false);
    await isBack(page, ribbon);
    faults.splice(0, faults.length, ...faults.filter((fault) => !/net::ERR_|WebSocket connection to/.test(fault)));
  });
}

export default [
  { name: "line: offline is said, and ends by itself", run: offline },
  { name: "line: a server that hangs is noticed, and comes back", run: overSilence },
  { name: "line: a restart of the server is survived without loss", run: overARestart },
];
