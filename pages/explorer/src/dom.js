// Elements without markup strings: what a server says is always text.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

/** Text whose `quoted` parts are code. */
export function prose(text) {
  return (text ?? "").split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));
}
