// The npm client `graphql-ws` as judge of our side of graphql-transport-ws: what it does not accept, other people's clients would not.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { holds, same, until, within } from "./expect.mjs";

const CUTS = 5, EVENTS_PER_CUT = 6;
const EVENTS = `subscription Events($after: Cursor, $filter: EventFilter) { events(after: $after, filter: $filter) {
  __typename ... on Reload { reason } ... on EventsBatch { cursor asOf { position } events { position kind line } } } }`;
const FLOOR = "slug kind name currency market { id } price { amount } allIn { amount } askPosition";
const FLOORS = `subscription Floors { floors { __typename ... on Reload { reason } ... on FloorsBatch {
  isSnapshot cursor asOf { position } floors { ${FLOOR} } gone { slug kind name currency market { id } } } } }`;
const ALL_FLOORS = `query Floors($after: Cursor, $asOf: Position) { floors(first: 100, after: $after, asOf: $asOf) { nodes { ${FLOOR} } pageInfo { endCursor hasNextPage } } }`;

/** A client that shows what it does: how often it connected, every message it got, and how each subscription ended. */
export function connect({ ribbon }) {
  const line = { opened: 0, messages: [], socket: null };
  line.client = createClient({
    url: `${ribbon.base.replace("http", "ws")}/graphql/ws`, webSocketImpl: WebSocket, retryAttempts: 0, lazyCloseTimeout: 30_000, onNonLazyError: () => {},
    on: { connected: (socket) => { line.opened += 1; line.socket = socket; }, message: (message) => line.messages.push(message) },
  });
  line.follow = (query, variables = {}, onItem = () => {}) => {
    const sub = { items: [], end: null };
    sub.ended = new Promise((resolve) => {
      const finish = (end) => { sub.end = end; resolve(end); };
      sub.stop = line.client.subscribe({ query, variables }, {
        next: (item) => { sub.items.push(item); onItem(item); },
        error: (fault) => finish({ fault }),
        complete: () => finish({ complete: true }),
      });
    });
    return sub;
  };
  line.ask = async (query) => {
    const sub = line.follow(query);
    same(await within(`the end of ${query}`, sub.ended), { complete: true }, `how ${query} ends`);
    same(sub.items.length, 1, `answers to ${query}`);
    return sub.items[0].data;
  };
  return line;
}

async function withLine(world, use) {
  const line = connect(world);
  try { await use(line); } finally { await line.client.dispose(); }
}

async function newest(ribbon) { return (await ribbon.ask("{ activity(first: 1) { nodes { position cursor } } }")).activity.nodes[0]; }

async function answersQueries(world) {
  await withLine(world, async (line) => {
    const { log } = await line.ask("{ log { position hash } }");
    const { heads } = await world.ribbon.log(String(BigInt(log.position) - 1n));
    same(log.hash, heads.get(log.position), `head at position ${log.position}, over the socket and in /log`);
  });
}

/** One stretch of the stream, which is torn after so many events; gives where it came to. */
async function tornAfter(world, state, events) {
  const line = connect(world);
  let left = events;
  const sub = line.follow(EVENTS, { after: state.cursor }, ({ data, errors }) => {
    same(errors, undefined, "errors beside an answer");
    const push = data.events;
    same(push.__typename, "EventsBatch", "what the stream says");
    for (const event of push.events) state.seen.push([event.position, event.line]);
    Object.assign(state, { cursor: push.cursor, position: push.asOf.position });
    left -= push.events.length;
    // Not a close: the line breaks in the middle of whatever is on its way.
    if (left <= 0) line.socket.terminate();
  });
  const { fault } = await within("the line breaks when it is cut", sub.ended);
  same(fault?.code, 1006, "the close that a cut line gives");
  await line.client.dispose();
}

async function resumes(world) {
  const { ribbon } = world;
  const begin = await newest(ribbon);
  const state = { cursor: begin.cursor, position: begin.position, seen: [] };
  for (let cut = 0; cut < CUTS; cut += 1) await tornAfter(world, state, EVENTS_PER_CUT);
  const { events } = await ribbon.log(begin.position);
  const between = [...events].filter(([position]) => BigInt(position) > BigInt(begin.position) && BigInt(position) <= BigInt(state.position));
  holds(between.length >= CUTS * EVENTS_PER_CUT, "events over cut lines", `at least ${CUTS * EVENTS_PER_CUT}`, between.length);
  const positions = (pairs) => pairs.map(([position]) => position);
  same(positions(state.seen), positions(between), "positions seen over cut lines, against /log: nothing lost, nothing twice");
  same(state.seen, between, "lines seen over cut lines, against /log");
}

async function resumesFiltered(world) {
  const { ribbon } = world;
  const filter = { kinds: ["LISTED", "DELISTED"], markets: ["getgems"] };
  const { activity } = await ribbon.ask("query A($filter: EventFilter) { activity(first: 30, filter: $filter) { nodes { position cursor } } }", { filter });
  const old = activity.nodes.at(-1);
  await withLine(world, async (line) => {
    const sub = line.follow(EVENTS, { after: old.cursor, filter });
    const expected = activity.nodes.slice(0, -1).map((node) => node.position).reverse();
    const seen = () => sub.items.flatMap((item) => item.data.events.events ?? []).map((event) => event.position);
    await until("a filtered stream catches up from an old cursor", () => seen().length >= expected.length);
    same(seen().slice(0, expected.length), expected, "positions of a filtered stream, against the query `activity`");
  });
}

const keyOf = (floor) => [floor.slug, floor.kind, floor.name, floor.currency, floor.market?.id].join("|");

async function floorsAt(ribbon, asOf) {
  const found = new Map();
  let after = null;
  do {
    const { floors } = await ribbon.ask(ALL_FLOORS, { after, asOf });
    for (const floor of floors.nodes) found.set(keyOf(floor), floor);
    after = floors.pageInfo.hasNextPage ? floors.pageInfo.endCursor : null;
  } while (after);
  return found;
}

const sorted = (map) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

async function floorsChange(world) {
  await withLine(world, async (line) => {
    const held = new Map();
    let changes = 0, position = null;
    const sub = line.follow(FLOORS, {}, ({ data }) => {
      const push = data.floors;
      if (push.__typename !== "FloorsBatch") return;
      if (!push.isSnapshot) changes += push.floors.length + push.gone.length;
      for (const floor of push.floors) held.set(keyOf(floor), floor);
      for (const gone of push.gone) held.delete(keyOf(gone));
      position = push.asOf.position;
    });
    await until("floors begin with a picture", () => sub.items.length > 0);
    same(sub.items[0].data.floors.isSnapshot, true, "the first message of floors is the picture");
    await until("floors change by themselves", () => changes > 5);
    const at = position, folded = new Map(held);
    holds(folded.size > 50, "floors", "more than 50", folded.size);
    same(sorted(folded), sorted(await floorsAt(world.ribbon, at)), `floors folded from picture and changes, against the query at position ${at}`);
    same(sub.end, null, "the end of the subscription");
  });
}

async function refuses(world) {
  await withLine(world, async (line) => {
    for (const [query, code] of [
      ["{", "BAD_REQUEST"], ["{ nosuch }", "BAD_REQUEST"], ["subscription { events(after: \"x\") { __typename } }", "BAD_CURSOR"],
      ["subscription { floors(filter: { kinds: [MODEL] }) { __typename } }", "BAD_INPUT"], ["mutation { x }", "WRONG_TRANSPORT"],
    ]) {
      const { fault } = await within(`a refusal of ${query}`, line.follow(query).ended);
      same(Array.isArray(fault) && fault[0].extensions?.code, code, `the code for ${query} in the client's error sink`);
      holds(fault[0].message?.length > 10, `the message for ${query}`, "a sentence", fault[0].message);
    }
    await line.ask("{ log { position } }");
    same(line.opened, 1, "connections after five refusals and an answer: the socket stays usable");
  });
}

async function runsManyAtOnce(world) {
  await withLine(world, async (line) => {
    const subs = Array.from({ length: 6 }, (_, n) => line.follow(EVENTS, n % 2 ? { filter: { kinds: ["LISTED", "SOLD", "REPRICED", "DELISTED"] } } : {}));
    const floors = line.follow(FLOORS);
    const all = [...subs, floors];
    await until("every subscription on the socket has its first message", () => all.every((sub) => sub.items.length > 0));
    const events = (sub) => sub.items.flatMap((item) => item.data.events.events);
    await until("events reach every subscription", () => subs.every((sub) => events(sub).length > 0));
    same(line.opened, 1, "connections for seven subscriptions");

    const first = subs[0], { id } = line.messages.find((message) => message.payload === first.items[0]);
    first.stop();
    same(await within("the client's sink is told of the end", first.ended), { complete: true }, "how a stopped subscription ends");
    // The server reads in order: what it answers after this answer, it sends after it has read the `complete`.
    await line.ask("{ log { position } }");
    const mark = line.messages.length, others = subs.slice(1), before = others.map((sub) => events(sub).length);
    await until("the other subscriptions go on", () => others.every((sub, n) => events(sub).length > before[n]));
    same(line.messages.slice(mark).filter((message) => message.id === id).length, 0, `messages for the completed subscription ${id}`);
    for (const sub of [subs[0], subs[2], subs[4]]) {
      const positions = events(sub).map((event) => Number(event.position));
      same(positions, positions.map((_, n) => positions[0] + n), "positions of an unfiltered stream: consecutive");
    }
  });
}

export default [
  { name: "judge: a query over the socket", run: answersQueries },
  { name: "judge: events go on over cut lines without loss or repeat", run: resumes },
  { name: "judge: a filtered stream catches up from an old cursor", run: resumesFiltered },
  { name: "judge: floors, first the picture, then what changes", run: floorsChange },
  { name: "judge: refusals have their codes and leave the socket usable", run: refuses },
  { name: "judge: many subscriptions on one socket, and one that ends", run: runsManyAtOnce },
];
