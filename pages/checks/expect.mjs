// What a check says when it fails: what was looked at, what was expected, what was found. And waiting for a condition, with a limit.
import { AssertionError } from "node:assert";
import { inspect, isDeepStrictEqual } from "node:util";

const LIMIT_MS = 40_000, PAUSE_MS = 50;
/** A failure is read by people: the beginning of a long value says enough. */
const WRITTEN_MAX = 1_500;

function written(value) {
  const text = typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 6, breakLength: 120, maxArrayLength: 12, maxStringLength: 300 });
  return text.length > WRITTEN_MAX ? `${text.slice(0, WRITTEN_MAX)} ... and ${text.length - WRITTEN_MAX} characters more` : text;
}

function refute(what, expected, found) {
  throw new AssertionError({ message: `${what}\n  expected: ${expected}\n  found:    ${found}` });
}

export function same(found, expected, what) {
  if (!isDeepStrictEqual(found, expected)) refute(what, written(expected), written(found));
}

export function matches(found, pattern, what) {
  if (typeof found !== "string" || !pattern.test(found)) refute(what, `a text like ${pattern}`, written(found));
}

/** `expected` says in words what `isMet` stands for. */
export function holds(isMet, what, expected, found) {
  if (!isMet) refute(what, expected, written(found));
}

/** Asks `probe` again and again until it gives something true, and gives that. A probe that throws has given nothing yet. */
export async function until(what, probe, limitMs = LIMIT_MS) {
  const end = Date.now() + limitMs;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (fault) {
      last = fault;
    }
    if (Date.now() > end) refute(what, `within ${limitMs} ms`, last instanceof Error ? last.message : `${written(last)} at the end`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** A promise that must be kept in time. */
export async function within(what, promise, limitMs = LIMIT_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new AssertionError({ message: `${what}\n  expected: within ${limitMs} ms\n  found:    nothing` })), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
