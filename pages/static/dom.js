// Elements without markup strings: text is always text, so a hostile name stays a name.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("data-") || name.startsWith("aria-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

/** A link that is followed only to http, https or tg. */
export function link(href, ...children) {
  const safe = /^(https?:\/\/|tg:|\/(?!\/))/.test(href ?? "");
  return safe ? el("a", { href, rel: "noopener noreferrer", target: href.startsWith("/") ? "" : "_blank" }, ...children) : el("span", {}, ...children);
}

function event(position, ...says) { return link(`/explorer/?event=${position}`, ...says); }

function evidence(position, props, ...says) {
  return el("a", { href: `/evidence/${position}`, download: `ribbon-event-${position}.json`, ...props }, ...says);
}

/** The event and the evidence behind a number. */
export function proof(position) {
  return el("span", {}, "event ", event(position, `#${position}`), " · ", evidence(position, {}, "evidence"));
}

/** The same where there is little room. */
export function mark(position) {
  return el("span", { class: "mark" }, event(position, `#${position}`), " ",
    evidence(position, { "aria-label": `evidence of event ${position}`, title: `Evidence of event #${position}` }, "↓"));
}
