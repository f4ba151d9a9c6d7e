// Indents a document anew, line by line. Comments and line breaks stay where their writer put them.

export function tidy(text) {
  let depth = 0, inBlock = false;
  return text.split("\n").map((line) => {
    const bare = inBlock ? line : line.trim();
    if (inBlock) { inBlock = !line.includes('"""'); return line; }
    const code = bare.replace(/"""[\s\S]*$/, '"""').replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/#.*$/, "");
    if ((bare.match(/"""/g) ?? []).length % 2) inBlock = true;
    const closing = /^[})\]]*/.exec(code)[0].length;
    const at = Math.max(0, depth - closing);
    depth = Math.max(0, depth + (code.match(/[{([]/g) ?? []).length - (code.match(/[})\]]/g) ?? []).length);
    return bare ? "  ".repeat(at) + bare : "";
  }).join("\n").replace(/\n{3,}/g, "\n\n");
}
