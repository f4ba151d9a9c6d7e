// Broken rules of graphql-transport-ws, by a bare socket: each closes with the code that the protocol names.
import WebSocket from "ws";
import { same, within } from "./expect.mjs";

const INIT = { type: "connection_init" };
const SUBSCRIBE = { type: "subscribe", id: "1", payload: { query: "subscription { events { __typename } }" } };

function closeOf({ ribbon }, messages, protocol = "graphql-transport-ws") {
  const socket = new WebSocket(`${ribbon.base.replace("http", "ws")}/graphql/ws`, protocol ?? []);
  const closed = new Promise((resolve, reject) => {
    socket.on("open", () => { for (const message of messages) socket.send(typeof message === "string" ? message : JSON.stringify(message)); });
    socket.on("close", resolve);
    socket.on("error", reject);
  });
  return within("the server closes the socket", closed).finally(() => socket.terminate());
}

async function brokenRules(world) {
  for (const [what, code, messages, protocol] of [
    ["no JSON", 4400, ["nonsense"]],
    ["JSON that is no message", 4400, [{}]],
    ["a message of no known type", 4400, [INIT, { type: "shout" }]],
    ["a subscription without an id", 4400, [INIT, { type: "subscribe", payload: { query: "{ log { position } }" } }]],
    ["a subscription before the introduction", 4401, [SUBSCRIBE]],
    ["another subprotocol, or none", 4406, [INIT], null],
    ["an id that is in use", 4409, [INIT, SUBSCRIBE, SUBSCRIBE]],
    ["a second introduction", 4429, [INIT, INIT]],
  ]) same(await closeOf(world, messages, protocol), code, `the close code for ${what}`);
}

export default [{ name: "judge: broken rules close the socket with their codes", run: brokenRules }];
