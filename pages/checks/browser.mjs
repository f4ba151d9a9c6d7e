// Chromium, and pages that note everything a page of ours must never do: errors, breaches of its policy, requests to anybody else.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { same } from "./expect.mjs";

const ARGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const WAIT_MS = 40_000;

function executable() {
  const places = [process.env.CHROMIUM, ...(process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "chromium"))];
  const found = places.find((place) => { try { accessSync(place, constants.X_OK); return true; } catch { return false; } });
  if (!found) throw new Error("there is no Chromium: install the package chromium, or name an executable in CHROMIUM");
  return found;
}

/** Chromium's own sandbox does not work for root. */
export function openBrowser() {
  return chromium.launch({ executablePath: executable(), args: ARGS, chromiumSandbox: process.getuid?.() !== 0, handleSIGINT: false, handleSIGTERM: false });
}

function watch(page, origin, faults) {
  const host = new URL(origin).host;
  page.on("console", (message) => { if (message.type() === "error") faults.push(`console: ${message.text()}`); });
  page.on("pageerror", (fault) => faults.push(`error: ${fault.message}`));
  page.on("response", (response) => { if (response.status() >= 400) faults.push(`answer: ${response.status()} ${response.url()}`); });
  for (const kind of ["request", "websocket"]) page.on(kind, (asked) => {
    const url = new URL(asked.url());
    if (url.protocol !== "data:" && url.host !== host) faults.push(`foreign ${kind}: ${url.href}`);
  });
}

/**
 * Opens a page, hands it to `use`, and closes it; `before` may prepare its context. Afterwards it must have nothing on its conscience, unless its `faults` were taken
 * away on purpose.
 */
export async function visit({ ribbon, browser }, path, options, use) {
  const { width = 1280, height = 1000, before = () => {}, ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale: "en-US", timezoneId: "UTC", acceptDownloads: true, ...rest });
  context.setDefaultTimeout(WAIT_MS);
  try {
    if (rest.javaScriptEnabled !== false) await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (breach) => console.error(`policy: ${breach.violatedDirective} ${breach.blockedURI}`));
    });
    await before(context);
    const page = await context.newPage(), faults = [];
    watch(page, ribbon.base, faults);
    await page.goto(ribbon.base + path);
    const result = await use(page, faults);
    same(faults, [], `what ${path} did that it must not`);
    return result;
  } finally {
    await context.close();
  }
}
