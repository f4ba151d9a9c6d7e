// The schema to read through: a search, the roots, and one page per type, with a trail back.
import { getNamedType, isEnumType, isInputObjectType, isInterfaceType, isIntrospectionType, isObjectType, isUnionType } from "graphql";
import { el, prose } from "./dom.js";

const FOUND_MAX = 60;

export function docsPanel(root) {
  let schema = null, trail = [];

  function open(name, field) {
    if (!schema?.getType(name)) return;
    if (trail.at(-1) !== name) trail.push(name);
    draw();
    const at = field && root.querySelector(`[data-field="${CSS.escape(field)}"]`);
    if (at) { at.scrollIntoView({ block: "center" }); at.classList.add("found"); } else root.scrollTop = 0;
  }

  function typeLink(type) {
    const name = getNamedType(type).name, text = String(type), at = text.indexOf(name);
    return el("span", { class: "type" }, text.slice(0, at), el("button", { class: "link", onclick: () => open(name) }, name), text.slice(at + name.length));
  }

  function fieldRow(field) {
    const args = field.args?.length ? el("ul", { class: "args" }, field.args.map((arg) =>
      el("li", {}, el("b", {}, arg.name), ": ", typeLink(arg.type), arg.defaultValue !== undefined ? el("code", {}, ` = ${written(arg.defaultValue)}`) : null, arg.description ? el("p", {}, prose(arg.description)) : null))) : null;
    return el("li", { "data-field": field.name }, el("b", {}, field.name), ": ", typeLink(field.type),
      field.deprecationReason ? el("p", { class: "bad" }, `Deprecated: ${field.deprecationReason}`) : null,
      field.description ? el("p", {}, prose(field.description)) : null, args);
  }

  function page(type) {
    const parts = [el("h3", {}, type.name), el("p", {}, prose(type.description))];
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) parts.push(el("ul", { class: "fields" }, Object.values(type.getFields()).map(fieldRow)));
    if (isUnionType(type)) parts.push(el("h4", {}, "One of"), el("ul", { class: "fields" }, type.getTypes().map((one) => el("li", {}, typeLink(one), one.description ? el("p", {}, prose(one.description)) : null))));
    if (isEnumType(type)) parts.push(el("ul", { class: "fields" }, type.getValues().map((one) => el("li", {}, el("b", {}, one.name), one.description ? el("p", {}, prose(one.description)) : null))));
    return parts;
  }

  function start() {
    const roots = [["Query", schema.getQueryType()], ["Subscription", schema.getSubscriptionType()]].filter(([, type]) => type);
    return roots.flatMap(([, type]) => [el("h3", {}, typeLink(type)), el("p", {}, prose(type.description)), el("ul", { class: "fields brief" }, Object.values(type.getFields()).map((field) =>
      el("li", {}, el("button", { class: "link", onclick: () => open(type.name, field.name) }, field.name), ": ", typeLink(field.type), field.description ? el("p", {}, prose(field.description)) : null)))]);
  }

  function search(text) {
    const wanted = text.toLowerCase(), found = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type)) continue;
      if (type.name.toLowerCase().includes(wanted)) found.push(el("li", {}, typeLink(type)));
      const fields = "getFields" in type ? Object.values(type.getFields()) : [];
      for (const field of fields) if (field.name.toLowerCase().includes(wanted)) found.push(el("li", {}, el("button", { class: "link", onclick: () => open(type.name, field.name) }, `${type.name}.${field.name}`)));
    }
    return found.length ? el("ul", { class: "fields" }, found.slice(0, FOUND_MAX)) : el("p", {}, "Nothing of that name.");
  }

  const box = el("input", { type: "search", placeholder: "Search types and fields", "aria-label": "Search the docs", oninput: () => draw() });
  const way = el("nav", { class: "trail", "aria-label": "Docs trail" });
  const shown = el("div");

  function draw() {
    if (!schema) return;
    const text = box.value.trim();
    way.replaceChildren(el("button", { class: "link", onclick: () => { trail = []; box.value = ""; draw(); } }, "Schema"),
      ...trail.flatMap((name, at) => [" › ", el("button", { class: "link", onclick: () => { trail = trail.slice(0, at + 1); box.value = ""; draw(); } }, name)]));
    shown.replaceChildren(...[text ? search(text) : trail.length ? page(schema.getType(trail.at(-1))) : start()].flat());
  }

  root.replaceChildren(el("p", { class: "message" }, "Reading the schema…"));
  return {
    know(read) { schema = read; trail = []; root.replaceChildren(box, way, shown); draw(); },
    fail(message) { root.replaceChildren(el("p", { class: "message" }, message)); },
    open(name, field) { box.value = ""; open(name, field); },
  };
}

function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (value && typeof value === "object") return `{${Object.entries(value).map(([name, held]) => `${name}: ${written(held)}`).join(", ")}}`;
  return String(value);
}
