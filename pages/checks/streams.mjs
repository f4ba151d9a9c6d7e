// The npm client `graphql-sse`, and a browser's own `EventSource`, as judges of subscriptions as server-sent events: both come back by
// themselves with the last event's id.
import { createClient } from "graphql-sse";
import { visit } from "./browser.mjs";
import { cuttable } from "./cut.mjs";
import { holds, matches, same, until, within } from "./expect.mjs";
import { connect } from "./judge.mjs";

const CUTS = 4, EVENTS_PER_CUT = 6;
const EVENTS = `subscription Events($after: Cursor) { events(after: $after) {
  __typename ... on Reload { reason } ... on EventsBatch { cursor asOf { position } events { position line } } } }`;

/** Passes bytes on, and notes the id of each `next` event in them; null where it has none. */
async function* noting(body, ids) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) if (/^event: next$/m.test(block)) ids.push(/^id: (.*)$/m.exec(block)?.[1] ?? null);
    yield bytes;
  }
}

/**
 * The client, which knows nothing of ids: they are noted beside it, and the one of the last answer that it gave out is sent with its next
 * try, as a browser does.
 */
function listen(base, retryAttempts = 0) {
  const line = { tries: 0, lastId: null, types: [] };
  let ids = [];
  line.client = createClient({
    url: `${base}/graphql/sse`, retryAttempts, retry: async () => {},
    headers: () => (line.lastId ? { "last-event-id": line.lastId } : {}),
    fetchFn: async (url, init) => {
      line.tries += 1;
      const { ok, status, statusText, headers, body } = await fetch(url, init);
      line.types.push(headers.get("content-type"));
      ids = [];
      return { ok, status, statusText, body: noting(body, ids) };
    },
  });
  line.follow = (query, variables = {}, onItem = () => {}) => {
    const sub = { items: [], end: null };
    sub.ended = new Promise((resolve) => {
      const finish = (end) => { sub.end = end; resolve(end); };
      sub.stop = line.client.subscribe({ query, variables }, {
        next: (item) => { line.lastId = ids.shift() ?? line.lastId; sub.items.push(item); onItem(item, line.lastId); },
        error: (fault) => finish({ fault }),
        complete: () => finish({ complete: true }),
      });
    });
    return sub;
  };
  return line;
}

async function newest(ribbon) { return (await ribbon.ask("{ activity(first: 1) { nodes { position cursor } } }")).activity.nodes[0]; }

/** Positions and lines between two positions, by /log. */
async function logged(ribbon, behind, upTo) {
  const { events } = await ribbon.log(behind);
  return [...events].filter(([position]) => BigInt(position) > BigInt(behind) && BigInt(position) <= BigInt(upTo));
}

function sameAsLogged(seen, between, least) {
  holds(between.length >= least, "events over cut lines", `at least ${least}`, between.length);
  same(seen.map(([position]) => position), between.map(([position]) => position), "positions seen over cut lines, against /log: nothing lost, nothing twice");
  same(seen, between, "lines seen over cut lines, against /log");
}

async function resumes({ ribbon }) {
  const way = await cuttable(ribbon.base), begin = await newest(ribbon), line = listen(way.base, 10);
  try {
    let cuts = 0, sinceCut = 0, position = begin.position;
    const seen = [];
    // The request is never changed: the id alone tells where to go on.
    const sub = line.follow(EVENTS, { after: begin.cursor }, ({ data, errors }, id) => {
      same(errors, undefined, "errors beside an answer");
      const push = data.events;
      same(push.__typename, "EventsBatch", "what the stream says");
      same(id, push.cursor, "the id of an event: the cursor of its answer");
      for (const event of push.events) seen.push([event.position, event.line]);
      position = push.asOf.position;
      sinceCut += push.events.length;
      if (sinceCut < EVENTS_PER_CUT || cuts >= CUTS) return;
      [cuts, sinceCut] = [cuts + 1, 0];
      way.cut();
    });
    await until("events over cut lines", () => cuts === CUTS && sinceCut >= EVENTS_PER_CUT);
    sub.stop();
    await within("a stopped subscription ends", sub.ended);
    holds(line.tries > CUTS, "connections", `more than ${CUTS}`, line.tries);
    same(new Set(line.types), new Set(["text/event-stream; charset=utf-8"]), "media types of the streams");
    sameAsLogged(seen, await logged(ribbon, begin.position, position), CUTS * EVENTS_PER_CUT);
  } finally {
    line.client.dispose();
    way.close();
  }
}

/** `EventSource` as pages use it; it leaves as the standard says, and comes back by itself. */
async function followInPage(page, url) {
  await page.evaluate((address) => {
    const heard = { opened: 0, seen: [], ids: [], position: null, odd: [] };
    const source = new EventSource(address);
    source.addEventListener("open", () => { heard.opened += 1; });
    source.addEventListener("next", ({ data, lastEventId }) => {
      const push = JSON.parse(data).data?.events;
      if (push?.__typename !== "EventsBatch") { heard.odd.push(data); return; }
      for (const event of push.events) heard.seen.push([event.position, event.line]);
      if (lastEventId !== push.cursor) heard.odd.push(lastEventId);
      heard.position = push.asOf.position;
    });
    source.addEventListener("complete", () => { heard.completed = true; source.close(); });
    window.heard = heard;
    window.leave = () => source.close();
  }, url);
}

const heardOf = (page) => page.evaluate(() => window.heard);

async function resumesInBrowser({ ribbon, browser }) {
  const way = await cuttable(ribbon.base), begin = await newest(ribbon);
  try {
    await visit({ ribbon: { base: way.base }, browser }, "/status", {}, async (page, faults) => {
      const asked = new URLSearchParams({ query: EVENTS, variables: JSON.stringify({ after: begin.cursor }) });
      await followInPage(page, `/graphql/sse?${asked}`);
      let behind = 0;
      for (let opened = 1; opened <= 3; opened += 1) {
        if (opened > 1) way.cut();
        await until(`the browser is connected for the ${opened}. time and hears events`, async () => {
          const { opened: found, seen } = await heardOf(page);
          return found >= opened && seen.length >= behind + EVENTS_PER_CUT;
        });
        behind = (await heardOf(page)).seen.length;
      }
      await page.evaluate(() => window.leave());
      const { seen, position, odd } = await heardOf(page);
      same(odd, [], "what came besides events");
      sameAsLogged(seen, await logged(ribbon, begin.position, position), 3 * EVENTS_PER_CUT);
      // That lines were cut is no fault of the page.
      faults.splice(0, faults.length, ...faults.filter((fault) => !/net::ERR_/.test(fault)));
    });
  } finally {
    way.close();
  }
}

/** A browser is told what is wrong, and does not come back for ever. */
async function refusesInBrowser({ ribbon, browser }) {
  await visit({ ribbon, browser }, "/status", {}, async (page) => {
    const told = await page.evaluate((query) => new Promise((resolve) => {
      const source = new EventSource(`/graphql/sse?${new URLSearchParams({ query })}`), said = [];
      source.addEventListener("next", ({ data }) => said.push(JSON.parse(data)));
      source.addEventListener("complete", () => { source.close(); resolve(said); });
    }), "subscription { events(after: \"x\") { __typename } }");
    same(told.map(({ errors }) => errors?.[0].extensions.code), ["BAD_CURSOR"], "codes that a page is told");
  });
}

async function refuses({ ribbon }) {
  const line = listen(ribbon.base);
  try {
    for (const [query, code] of [
      ["{", "BAD_REQUEST"], ["{ nosuch }", "BAD_REQUEST"], ["subscription { events(after: \"x\") { __typename } }", "BAD_CURSOR"],
      ["subscription { floors(filter: { kinds: [MODEL] }) { __typename } }", "BAD_INPUT"], ["mutation { x }", "WRONG_TRANSPORT"],
    ]) {
      const sub = line.follow(query);
      same(await within(`the end of ${query}`, sub.ended), { complete: true }, `how ${query} ends`);
      same(sub.items.map(({ errors }) => errors?.[0].extensions?.code), [code], `codes for ${query} in the client's sink`);
      holds(sub.items[0].errors[0].message.length > 10, `the message for ${query}`, "a sentence", sub.items[0].errors[0].message);
    }
    const sub = line.follow("{ log { position } }");
    same(await within("the end of a query", sub.ended), { complete: true }, "how a query ends");
    matches(sub.items[0]?.data.log.position, /^\d+$/, "the answer to a query");
  } finally {
    line.client.dispose();
  }
  // What a page that is merely opened asks with.
  const opened = await ribbon.fetch(`/graphql/sse?${new URLSearchParams({ query: EVENTS })}`);
  same([opened.status, (await opened.json()).errors[0].extensions.code], [406, "NOT_ACCEPTABLE"], "the answer to who does not ask for events");
}

/** Streams open now, by /metrics. */
async function open(ribbon) { return Number(/^graphql_streams (\d+)/m.exec(await (await ribbon.fetch("/metrics")).text())?.[1]); }

async function sharesOneExecution(world) {
  const line = listen(world.ribbon.base), socket = connect(world);
  try {
    const byStream = line.follow(EVENTS), bySocket = socket.follow(EVENTS);
    const byCursor = ({ items }) => new Map(items.slice(1).map((item) => [item.data.events.cursor, item]));
    const pairs = () => { const other = byCursor(bySocket); return [...byCursor(byStream)].filter(([cursor]) => other.has(cursor)).map(([cursor, item]) => [item, other.get(cursor)]); };
    await until("both transports tell the same answers", () => pairs().length >= 3);
    for (const [one, other] of pairs().slice(-2)) same(one, other, "an answer by a stream, against the one by a socket: made once, its age with it");
    same(await open(world.ribbon), 1, "streams that are open");
    byStream.stop();
    await until("the server notices that the client has left", async () => (await open(world.ribbon)) === 0);
    same(bySocket.end, null, "the end of the other subscription");
  } finally {
    line.client.dispose();
    await socket.client.dispose();
  }
}

export default [
  { name: "judge: streams go on over cut lines without loss or repeat, by the last event's id", run: resumes },
  { name: "judge: a browser's EventSource goes on over cut lines without loss or repeat", run: resumesInBrowser },
  { name: "judge: refusals of streams have their codes, and end", run: refuses },
  { name: "judge: a browser's EventSource is told what is wrong", run: refusesInBrowser },
  { name: "judge: a stream and a socket get the same answers, made once", run: sharesOneExecution },
];
