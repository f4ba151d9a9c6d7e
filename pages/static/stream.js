// A subscription over graphql-transport-ws that survives a lost line: it goes on behind the last cursor it saw, and hands the server's
// explicit "reload" to its owner. A line on which nothing is heard is lost too, though nobody has closed it.

const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 15_000;
const PING_MS = 10_000;
/** So many pings may stay without an answer. Counted, not timed: a page in the background has slower clocks. */
const UNANSWERED_MAX = 2;

/** `begin` gives the cursor to begin behind, or null for "from now on"; it is asked again after a reload. */
export function follow(query, { variables = {}, begin, cursorOf, onBatch, onReload, onState }) {
  let socket, wait = FIRST_WAIT_MS, cursor = null, unanswered = 0, timer = null, isLost = false;

  function open() {
    timer = null;
    unanswered = 0;
    // A lost line stays lost until it is live again, whatever is tried.
    if (!isLost) onState("connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/graphql/ws`, "graphql-transport-ws");
    socket.onopen = () => send({ type: "connection_init" });
    socket.onmessage = (event) => { unanswered = 0; take(JSON.parse(event.data)); };
    socket.onclose = lost;
  }

  function send(message) { socket.send(JSON.stringify(message)); }

  async function subscribe() {
    const line = socket;
    try { cursor ??= await begin(); } catch { line.close(1000); return; }
    if (line !== socket || line.readyState !== WebSocket.OPEN) return;
    wait = FIRST_WAIT_MS;
    isLost = false;
    send({ id: "1", type: "subscribe", payload: { query, variables: { ...variables, after: cursor } } });
    onState("live");
  }

  function take(message) {
    switch (message.type) {
      case "connection_ack":
        subscribe();
        break;
      case "ping":
        send({ type: "pong" });
        break;
      case "next": {
        const push = Object.values(message.payload.data ?? {})[0];
        if (!push) break;
        if (push.__typename === "Reload") {
          cursor = null;
          onReload(push.reason);
        } else {
          cursor = cursorOf(push) ?? cursor;
          onBatch(push);
        }
        break;
      }
      case "error":
      case "complete":
        socket.close(1000);
        break;
    }
  }

  function lost() {
    isLost = true;
    onState("lost");
    timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LAST_WAIT_MS);
  }

  /** Does not wait for the other side's word, for it may never come. */
  function drop() {
    if (timer !== null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    lost();
  }

  function beat() {
    if (timer !== null) return;
    if (unanswered >= UNANSWERED_MAX) { drop(); return; }
    unanswered += 1;
    if (socket.readyState === WebSocket.OPEN) send({ type: "ping" });
  }

  addEventListener("offline", drop);
  addEventListener("online", () => { if (timer !== null) { clearTimeout(timer); open(); } });
  setInterval(beat, PING_MS);
  open();
}
