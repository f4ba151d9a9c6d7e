// The explorer: it reads the schema, runs a query and a subscription, and shows what is wrong with a broken one.
import { visit } from "./browser.mjs";
import { holds, matches, same, until } from "./expect.mjs";

export async function explorerOpened(page) {
  await page.locator("#live[data-state=live]").waitFor();
  await page.locator("#query .cm-content").waitFor();
}

const facts = (page) => page.locator("#facts").textContent();
const answer = (page) => page.locator("#result .cm-content").innerText();

/** Writes as a person does: the editor stands in a shadow root and knows no `value`. */
async function write(page, text) {
  await page.locator("#query .cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
}

async function runsQueries({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/explorer/", {}, async (page) => {
    await explorerOpened(page);
    await page.click("#run");
    await until("the first example is answered", async () => /^\d+ ms · .* · as of event #\d+$/.test(await facts(page)));
    matches(await answer(page), /"listings"[\s\S]*"allIn"/, "the answer to the first example");
    same(await page.locator("#faults").textContent(), "", "faults of the first example");
    matches(await page.locator("#proofs a").first().getAttribute("href"), /^\/evidence\/\d+$/, "the evidence link beside the answer");
    const examples = await page.locator("#examples option").allTextContents();
    for (const name of examples.slice(1).filter((one) => !one.startsWith("Live"))) {
      await page.selectOption("#examples", { label: name });
      const root = await until(`the example “${name}” stands in the editor`, async () => {
        const text = await page.locator("#query .cm-content").innerText();
        return /^query (?:Cheapest|Gift|Floors|Sales|Head|Markets)\b[^{]*\{\s*(\w+)/m.exec(text)?.[1];
      });
      await until(`the example “${name}” is answered`, async () => (await answer(page)).includes(`\n    "${root}":`));
      same(await page.locator("#faults").textContent(), "", `faults of the example “${name}”`);
    }
    await page.locator("#docs-toggle[aria-expanded=true]").waitFor();
    await page.locator("#docs").getByRole("button", { name: "listings", exact: true }).first().click();
    await until("the docs show a field", async () => /Open listings of all markets/.test(await page.locator("#docs").textContent()));
  });
}

async function runsSubscriptions({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/explorer/", {}, async (page) => {
    await explorerOpened(page);
    for (const name of ["Live: events", "Live: floors"]) {
      await page.selectOption("#examples", { label: name });
      await until(`${name} shows several messages`, async () => Number(/^Listening · (\d+) messages/.exec(await facts(page))?.[1]) >= 2);
      matches(await answer(page), /^\/\/ message \d+/, "what the newest message begins with");
      same(await page.locator("#faults").textContent(), "", `faults of ${name}`);
      same(await page.locator("#run").textContent(), "Stop", "the button while it listens");
      await page.click("#run");
      await until("it stops", async () => /^Stopped/.test(await facts(page)));
    }
  });
}

async function tellsWhatIsWrong({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/explorer/", {}, async (page, faults) => {
    await explorerOpened(page);
    for (const [text, said] of [
      ["{ log { position }", /Syntax Error.*line 1/], ["{ nosuch }", /BAD_REQUEST.*nosuch/], ["{ listings(first: 100000) { nodes { id } } }", /LIST_TOO_LONG/],
      ["subscription { events(after: \"x\") { __typename } }", /BAD_CURSOR/],
    ]) {
      await write(page, text);
      await page.keyboard.press("Control+Enter");
      await until(`${text} is refused in words`, async () => said.test(await page.locator("#faults").textContent()));
      holds(await page.locator("#faults").isVisible(), "the refusal", "visible", text);
    }
    await write(page, "{ log { position } }");
    await page.click("#run");
    await until("a right query is answered afterwards", async () => /"position": "\d+"/.test(await answer(page)));
    same(await page.locator("#faults").textContent(), "", "faults after a right query");
    // A refusal is an answer of 400, which Chromium notes too.
    faults.splice(0, faults.length, ...faults.filter((fault) => !/\b400\b/.test(fault)));
  });
}

export default [
  { name: "explorer: every example query is answered", run: runsQueries },
  { name: "explorer: subscriptions show messages and stop", run: runsSubscriptions },
  { name: "explorer: a broken query is refused in words", run: tellsWhatIsWrong },
];
