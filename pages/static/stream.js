// A subscription over graphql-transport-ws that survives a lost line: it goes on behind the last cursor it saw, and hands the server's
// explicit "reload" to its owner.

const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 15_000;

export function follow(query, { variables = {}, cursorOf, onBatch, onReload, onState }) {
  let socket, wait = FIRST_WAIT_MS, cursor = null, ended = false, timer;

  function open() {
    onState("connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/graphql/ws`, "graphql-transport-ws");
    socket.onopen = () => socket.send(JSON.stringify({ type: "connection_init" }));
    socket.onmessage = (event) => take(JSON.parse(event.data));
    socket.onclose = lost;
  }

  function take(message) {
    switch (message.type) {
      case "connection_ack":
        wait = FIRST_WAIT_MS;
        socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query, variables: { ...variables, after: cursor } } }));
        onState("live");
        break;
      case "ping":
        socket.send(JSON.stringify({ type: "pong" }));
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
    if (ended) return;
    onState("lost");
    timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LAST_WAIT_MS);
  }

  open();
  return () => { ended = true; clearTimeout(timer); socket?.close(1000); };
}
