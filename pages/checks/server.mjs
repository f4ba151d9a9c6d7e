// `ribbon up` in a folder of its own: started, read line by line, stopped as by Ctrl-C, started again; and the questions that checks ask it.
import { execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { same, within } from "./expect.mjs";

const START_MS = 180_000, STOP_MS = 30_000, ANSWER_MS = 15_000;
/** A world that fills within seconds and in which something happens several times a second. */
const SETTINGS = { RIBBON_SANDBOX_GIFTS: "1200", RIBBON_SANDBOX_LISTEN: "127.0.0.1:0", RIBBON_SPEED: "120", RIBBON_LOG: "warn" };
/** What happens to be set besides must not change a result. */
const PASSED_ON = ["PATH", "HOME", "TMPDIR", "RIBBON_PG_BIN"];
const inherited = () => Object.fromEntries(PASSED_ON.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));

export class Ribbon {
  #child = null;
  #ended = null;
  #lines = [];
  #readers = new Set();

  constructor(bin, folder) {
    this.bin = bin;
    this.folder = folder;
  }

  /** A folder that an unprivileged account can reach, which runs PostgreSQL where this runs as root. */
  static async create(bin) {
    const folder = await mkdtemp(join(tmpdir(), "ribbon-checks-"));
    await chmod(folder, 0o755);
    return new Ribbon(bin, folder);
  }

  /** A second start takes the port of the first, as an operator's restart does. */
  async start() {
    const listen = this.base ? new URL(this.base).host : "127.0.0.1:0";
    const env = { ...inherited(), ...SETTINGS, RIBBON_DATA_DIR: join(this.folder, "data") };
    this.#lines = [];
    this.#child = spawn(this.bin, ["up", "--listen", listen], { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (fault) => resolve(fault.message));
      this.#child.once("close", (code, signal) => resolve(code ?? signal));
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) this.#read(stream.setEncoding("utf8"));
    this.sandbox = await this.line("the sandbox's address", /^Sandbox: \d+ gifts at (http:\S+)$/);
    this.base = await this.line("the market page's address", /^\s*market page\s+(http:\S+?)\/?$/);
  }

  /** Every open listing has been seen once. */
  async fill() {
    await this.line("the first picture is complete", /^(The (?:first )?picture is complete.*)$/);
  }

  #read(stream) {
    let rest = "";
    stream.on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        this.#lines.push(line);
        for (const reader of [...this.#readers]) reader(line);
      }
    });
  }

  /** The first group of the first line that fits, also of one that came before. */
  async line(what, pattern) {
    const found = this.#lines.map((line) => pattern.exec(line)).find(Boolean);
    if (found) return found[1];
    let reader;
    const coming = new Promise((resolve) => {
      reader = (line) => { const fits = pattern.exec(line); if (fits) resolve(fits[1]); };
      this.#readers.add(reader);
    });
    const early = this.#ended.then((code) => { throw new Error(`ribbon up ended with ${code} before it said ${what}:\n${this.output()}`); });
    early.catch(() => {});
    try {
      return await within(`ribbon up says ${what}`, Promise.race([coming, early]), START_MS);
    } finally {
      this.#readers.delete(reader);
    }
  }

  output() { return this.#lines.join("\n"); }
  signal(name) { this.#child.kill(name); }

  /** As Ctrl-C does it. */
  async stop() {
    this.signal("SIGINT");
    const code = await within("ribbon up ends after an interrupt", this.#ended, STOP_MS);
    this.#child = null;
    same(code, 0, `exit code of ribbon up after an interrupt; it said:\n${this.output()}`);
  }

  /** Whatever happened before; for the end. */
  async remove() {
    if (this.#child) {
      this.signal("SIGCONT");
      this.signal("SIGKILL");
      await this.#ended;
    }
    // The database ends by itself when its parent is gone, and may write until then.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  }

  /** What a query answers; a refusal throws. */
  async ask(query, variables = {}) {
    const answer = await this.fetch("/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query, variables }) });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(`${errors[0].extensions?.code}: ${errors[0].message}\n${query}`);
    return data;
  }

  fetch(path, options = {}) { return fetch(this.base + path, { signal: AbortSignal.timeout(ANSWER_MS), ...options }); }

  /** The log behind a position: its events as lines, and the heads of its batches by their last position. */
  async log(after = "0") {
    const lines = (await (await this.fetch(`/log?after=${after}`)).text()).trim().split("\n").slice(1);
    const heads = new Map(), events = new Map();
    for (const line of lines) {
      const told = JSON.parse(line);
      if (told.batch) heads.set(String(told.batch.last), told.batch.head); else events.set(String(told.position), line);
    }
    return { heads, events };
  }

  /** Orders the sandbox by its control endpoint. */
  async control(method, path, body) {
    const request = { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS) };
    const answer = await fetch(`${this.sandbox}/control${path}`, request);
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to ${method} ${path}: ${await answer.text()}`);
    return answer.json();
  }

  /** `ribbon` with arguments: its exit code and what it said. */
  run(...args) {
    return new Promise((resolve) => {
      execFile(this.bin, args, { cwd: this.folder, env: inherited(), maxBuffer: 1 << 26 }, (fault, stdout, stderr) => resolve({ code: fault ? fault.code : 0, said: stdout + stderr }));
    });
  }
}
