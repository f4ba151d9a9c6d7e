// The status page: how each market stands, where the log is, and what is not here.
import { ask } from "./api.js";
import { el, proof } from "./dom.js";
import { age, when, worldWords } from "./words.js";

const STATUS = `query Status { log { position hash committedAt answeredAt }
  markets { id name kind siteUrl covers notCovered listingsCount requestBudget { requests windowSeconds }
    status { state since reason path checkedAt ageSeconds lastFault lastFaultAt faultsInARow nextAttemptAt scopesTotal scopesDone historyFrom historyIsDone requestSharePerMille heldUntil unknownFields }
    pictures { slug scannedAt ageSeconds listingsSeen droppedAt } unknownFields(first: 20) { path seen firstSeenAt }
    quarantine { path why since position } }
  rates { base quote rateMicros source at ageSeconds position } notCovered { name why }
  jobs { kind waiting dueForSeconds running dead deadForSeconds } }`;

const STATES = { STARTING: "gathering its first picture", OK: "gathering", BACKING_OFF: "waiting after faults", QUARANTINED: "quarantined: its pages changed", REFUSED: "refused: needs an operator", STOPPED: "stopped" };

function market({ id, name, kind, siteUrl, covers, notCovered, listingsCount, requestBudget, status, quarantine, pictures, unknownFields }) {
  const done = status?.scopesDone ?? 0, total = status?.scopesTotal ?? 0;
  // The worker's word may be a moment ahead of the event that proves it.
  const broken = quarantine ?? (status?.state === "QUARANTINED" ? { path: status.path, why: status.reason, since: status.since } : null);
  return el("section", { class: "market", "data-id": id, "data-state": status?.state ?? "STARTING" },
    el("h3", {}, name, el("span", {}, STATES[status?.state] ?? "not started")),
    kind === "CHAIN" && el("p", {}, "A witness of what stands on TON: it shows the listings of others and sells nothing itself."),
    el("p", {}, `${listingsCount.toLocaleString()} open listings · last answer ${status?.ageSeconds == null ? "none yet" : age(status.ageSeconds) + " ago"}`),
    total > 0 && el("p", {}, `${done} of ${total} parts of the market scanned to the end`, el("progress", { max: total, value: done, "aria-label": `${name}: parts scanned` })),
    el("p", {}, historyWords(status)),
    status && requestBudget && el("p", {}, budgetWords(requestBudget, status)),
    broken && el("p", { class: "bad" }, `Quarantined since ${when(broken.since)}: at ${broken.path || "/"} ${broken.why}. Its listings stay and are marked stale. `, quarantine && proof(quarantine.position)),
    !broken && status?.reason && el("p", { class: "bad" }, status.reason),
    status?.lastFault && status.lastFault !== status.reason && !broken && el("p", {}, `Last fault, ${when(status.lastFaultAt)}: ${status.lastFault}`),
    pictures.length > 0 && agesOf(pictures),
    unknownFields.length > 0 && fieldsOf(unknownFields, status?.unknownFields ?? unknownFields.length),
    el("details", { "data-part": "coverage" }, el("summary", {}, "What is gathered, and what is not"),
      el("ul", {}, covers.map((text) => el("li", {}, text)), notCovered.map((text) => el("li", {}, `not: ${text}`)))),
    siteUrl && el("p", {}, el("a", { href: siteUrl, rel: "noopener noreferrer" }, siteUrl)));
}

/** How old each collection's picture is: the oldest first, because that is what a reader has to know. */
function agesOf(pictures) {
  const byAge = [...pictures].sort((a, b) => b.ageSeconds - a.ageSeconds), median = byAge[byAge.length >> 1].ageSeconds;
  const dropped = pictures.filter((picture) => picture.droppedAt).length;
  const row = ({ slug, ageSeconds, scannedAt, listingsSeen, droppedAt }) => el("tr", { class: droppedAt && "bad" }, el("th", { scope: "row" }, el("a", { href: `/?collection=${slug}` }, slug)),
    el("td", {}, el("time", { dateTime: scannedAt, title: when(scannedAt) }, age(ageSeconds))), el("td", {}, droppedAt ? `no longer listed since ${when(droppedAt)}` : `${listingsSeen.toLocaleString()} seen`));
  return el("details", { "data-part": "ages" },
    el("summary", {}, `Pictures of ${pictures.length} collections: the oldest ${age(byAge[0].ageSeconds)}, half of them under ${age(median)}${dropped ? `; ${dropped} no longer listed` : ""}`),
    el("table", {}, el("thead", {}, el("tr", {}, ["Collection", "Age", "Listings"].map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, byAge.map(row))));
}

function fieldsOf(fields, total) {
  const rest = total - fields.length;
  return el("details", { "data-part": "fields" },
    el("summary", {}, `${total} ${total === 1 ? "field on its pages is" : "fields on its pages are"} unknown to us: counted, and nothing here depends on them`),
    el("ul", {}, fields.map(({ path, seen, firstSeenAt }) => el("li", {}, el("code", {}, path), `, ${seen.toLocaleString()} times since ${when(firstSeenAt)}`)), rest > 0 && el("li", {}, `and ${rest} more`)));
}

function historyWords(status) {
  if (!status?.historyFrom) return status?.historyIsDone ? "History: none is read." : "History: nothing read yet.";
  return `History: read back to ${when(status.historyFrom)}${status.historyIsDone ? ", as far as it is wanted" : ", going on"}.`;
}

function budgetWords({ requests, windowSeconds }, { requestSharePerMille, heldUntil }) {
  const budget = `our budget of ${requests} requests in ${windowSeconds} s`, share = requestSharePerMille / 10;
  const rate = requestSharePerMille >= 1_000 ? `Asked within ${budget}.` : `Asked at ${share} % of ${budget}, because it has asked for time; the rate rises with each answer.`;
  return heldUntil ? `${rate} Nothing is asked before ${when(heldUntil)}: it said so.` : rate;
}

function jobWords({ waiting, dueForSeconds, running, dead, deadForSeconds }) {
  const due = dueForSeconds == null ? "" : ` (due for ${age(dueForSeconds)})`;
  const given = dead ? `${dead} given up, the first ${age(deadForSeconds)} ago: an operator has to look at them` : "none given up";
  return `${waiting} waiting${due} · ${running} running · ${given}`;
}

/** What a reader has opened stays open, and keeps the focus. */
function drawMarkets(markets) {
  const box = document.getElementById("markets"), nameOf = (part) => `[data-id="${part.closest(".market").dataset.id}"] [data-part="${part.dataset.part}"]`;
  const open = [...box.querySelectorAll("details[open]")].map(nameOf), focused = document.activeElement?.closest?.("#markets details");
  const focus = focused && nameOf(focused);
  box.replaceChildren(...markets.map(market));
  for (const name of open) box.querySelector(name)?.setAttribute("open", "");
  if (focus) box.querySelector(`${focus} summary`)?.focus({ preventScroll: true });
}

async function draw() {
  const live = document.getElementById("live"), word = document.getElementById("live-text");
  try {
    const { log, markets, rates, notCovered, jobs } = await ask(STATUS);
    drawMarkets(markets);
    const row = (name, ...value) => [el("dt", {}, name), el("dd", {}, ...value)];
    document.getElementById("log").replaceChildren(
      ...row("Position", String(log.position)), ...row("Head", el("code", {}, log.hash)),
      ...row("Last event", log.committedAt ? when(log.committedAt) : "none yet"),
      ...row("Check it", el("a", { href: "/log", download: "ribbon-log.ndjson" }, "download the whole log"), ", then ", el("code", {}, "ribbon verify log ribbon-log.ndjson"), " recomputes this head."));
    document.getElementById("rates").replaceChildren(...(rates.length
      ? rates.flatMap((rate) => row(`${rate.base} in ${rate.quote}`, `${(BigInt(rate.rateMicros) / 1_000_000n)}.${String(BigInt(rate.rateMicros) % 1_000_000n).padStart(6, "0")} · ${rate.source}, ${age(rate.ageSeconds)} old · `, proof(rate.position)))
      : row("None", "no rate is known; nothing is converted")));
    document.getElementById("jobs").replaceChildren(...(jobs.length
      ? jobs.flatMap((job) => row(job.kind, jobWords(job)))
      : row("None", "nothing waits, nothing was given up")));
    document.getElementById("missing").replaceChildren(...notCovered.map(({ name, why }) => el("li", {}, el("b", {}, name), `: ${why}`)));
    live.dataset.state = "live";
    word.textContent = `Read ${new Date().toLocaleTimeString()}`;
  } catch (fault) {
    live.dataset.state = "lost";
    word.textContent = fault.message;
  }
}

async function world() {
  const ready = await fetch("/ready").then((r) => r.json()).catch(() => ({}));
  if (ready.world) {
    const box = document.getElementById("world"), words = worldWords(ready.world);
    box.textContent = words ? `${words} (${ready.world})` : "Live data.";
    box.hidden = false;
  }
}

world();
draw();
setInterval(() => { if (!document.hidden) draw(); }, 2_000);
