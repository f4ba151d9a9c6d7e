// The browser checks, and the judge of subscriptions: one `ribbon up` with a small sandbox, one Chromium, one line per check.
// Run by `./dev test`; alone: `node run.mjs [--screenshots FOLDER] [WORD...]`, where words choose checks by their names.
import { access, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import accessibility from "./accessibility.mjs";
import { openBrowser } from "./browser.mjs";
import { within } from "./expect.mjs";
import deals from "./deals.mjs";
import explorer from "./explorer.mjs";
import filters from "./filters.mjs";
import judge from "./judge.mjs";
import line from "./line.mjs";
import market from "./market.mjs";
import other from "./other.mjs";
import pictures from "./pictures.mjs";
import protocol from "./protocol.mjs";
import quarantine from "./quarantine.mjs";
import { screenshots } from "./screenshots.mjs";
import { Ribbon } from "./server.mjs";
import sheet from "./sheet.mjs";
import status from "./status.mjs";
import streams from "./streams.mjs";
import tonapi from "./tonapi.mjs";

const CHECK_MS = 150_000;
const CHECKS = [judge, protocol, streams, tonapi, market, deals, filters, sheet, pictures, status, explorer, other, accessibility, quarantine, line].flat();

const { values, positionals } = parseArgs({ options: { screenshots: { type: "string" } }, allowPositionals: true });
const bin = resolve(process.env.RIBBON_BIN ?? fileURLToPath(new URL("../../target/debug/ribbon", import.meta.url)));
let passed = 0, failed = 0;

async function check({ name, run }, world) {
  const began = Date.now();
  try {
    await within(name, run(world), CHECK_MS);
    passed += 1;
    console.log(`ok      ${name} (${Date.now() - began} ms)`);
  } catch (fault) {
    failed += 1;
    console.log(`FAILED  ${name} (${Date.now() - began} ms)\n${fault.code === "ERR_ASSERTION" ? fault.message : fault.stack}`);
  }
}

async function main() {
  await access(bin).catch(() => { throw new Error(`there is no executable at ${bin}: build it by \`cargo build --package app\`, or name another in RIBBON_BIN`); });
  const ribbon = await Ribbon.create(bin);
  const world = { ribbon, browser: null, shots: values.screenshots ? resolve(values.screenshots) : null };
  const cleanUp = async () => {
    await world.browser?.close().catch(() => {});
    await ribbon.remove();
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => cleanUp().finally(() => process.exit(1)));
  try {
    const began = Date.now();
    [, world.browser] = await Promise.all([ribbon.start().then(() => ribbon.fill()), openBrowser()]);
    console.log(`ribbon up with a complete picture, and Chromium ${world.browser.version()}, after ${Date.now() - began} ms`);
    if (world.shots) {
      await mkdir(world.shots, { recursive: true });
      await screenshots(world);
    }
    const chosen = CHECKS.filter(({ name }) => !positionals.length || positionals.some((word) => name.includes(word)));
    if (!chosen.length) throw new Error(`no check has one of these words in its name: ${positionals.join(" ")}`);
    for (const one of chosen) await check(one, world);
    await check({ name: "ribbon up ends cleanly at an interrupt", run: () => ribbon.stop() }, world);
  } finally {
    await cleanUp();
  }
}

try {
  await main();
} catch (fault) {
  failed += 1;
  console.log(`FAILED  the checks could not be run to their end\n${fault.stack}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
