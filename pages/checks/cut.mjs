// A way to the server that can be cut: what is on it breaks in the middle, and who comes back goes through again.
import { connect, createServer } from "node:net";

/** `{ base, cut(), close() }`. */
export async function cuttable(base) {
  const { hostname, port } = new URL(base), lines = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      lines.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => { lines.delete(one); other.destroy(); });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => { for (const line of lines) line.resetAndDestroy(); };
  return { base: `http://127.0.0.1:${server.address().port}`, cut, close: () => { server.close(); cut(); } };
}
