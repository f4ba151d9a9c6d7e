// Questions by POST, subscriptions by graphql-ws. A failure has a sentence for the reader, whatever failed.
import { createClient } from "graphql-ws";

/** One answer: `{ body, status, ms, bytes }`. */
export async function ask(request, signal) {
  const began = performance.now();
  let response, text;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(request),
      signal,
    });
    text = await response.text();
  } catch (fault) {
    if (fault.name === "AbortError") throw new Error("Stopped.");
    throw new Error("The server cannot be reached. Is it running?");
  }
  const ms = Math.round(performance.now() - began);
  try {
    return { body: JSON.parse(text), status: response.status, ms, bytes: text.length };
  } catch {
    throw new Error(`The server answered ${response.status} without JSON: ${text.slice(0, 200) || "nothing"}`);
  }
}

const CLOSES = {
  1001: "The server stops.", 1006: "The line was lost.", 4400: "The server could not read our message.", 4401: "The server wants an introduction first.",
  4406: "The server does not speak graphql-transport-ws.", 4408: "The introduction took too long.", 4409: "This subscription runs already.", 4429: "We introduced ourselves twice.",
};

/** Follows a subscription until `stop()` is called; a lost line is tried again a few times. */
export function follow(request, { onNext, onFault, onEnd, onState }) {
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql/ws`;
  const client = createClient({ url, retryAttempts: 3, on: { connecting: () => onState("connecting"), connected: () => onState("live") } });
  const unsubscribe = client.subscribe(request, {
    next: onNext,
    error: (fault) => { onFault(faultsOf(fault)); client.dispose(); },
    complete: () => { onEnd(); client.dispose(); },
  });
  return () => { unsubscribe(); client.dispose(); };
}

function faultsOf(fault) {
  if (Array.isArray(fault)) return fault;
  if (fault?.code !== undefined) return [{ message: `${CLOSES[fault.code] ?? `The line was closed (${fault.code}).`}${fault.reason ? ` ${fault.reason}` : ""}` }];
  return [{ message: fault?.message ?? "The subscription could not be opened: the server cannot be reached." }];
}
