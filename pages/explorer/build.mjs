// Bundles src/ into dist/, and writes NOTICE with the license of every package that is really inside. The same sources give the same bytes.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, "dist");
const PERMISSIVE = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD"]);

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/main.js"],
  outfile: "dist/explorer.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  define: { "process.env.NODE_ENV": '"production"', "globalThis.process": "undefined" },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
await build({ absWorkingDir: root, entryPoints: ["src/explorer.css"], outfile: "dist/explorer.css", minify: true, logLevel: "warning" });
await copyFile(path.join(root, "src/index.html"), path.join(dist, "index.html"));

const used = Object.values(metafile.outputs)[0].inputs;
const names = new Set();
for (const [input, { bytesInOutput }] of Object.entries(used)) {
  const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input);
  if (match && bytesInOutput > 0) names.add(match[1]);
}
const parts = ["The explorer in dist/ contains these packages from npm. Each stands under the license printed with it."];
for (const name of [...names].sort()) {
  const folder = path.join(root, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  if (!PERMISSIVE.has(license)) throw new Error(`${name} stands under ${license}: not on the list of permissive licenses in build.mjs`);
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? (await readFile(path.join(folder, file), "utf8")).trim().replace(/\r\n/g, "\n") : `(The package carries no license text; its package.json says ${license}.)`;
  parts.push(`${"-".repeat(78)}\n${name} ${version} (${license})\n\n${text}`);
}
await writeFile(path.join(root, "NOTICE"), `${parts.join("\n\n")}\n`);
const sizes = await Promise.all((await readdir(dist)).sort().map(async (file) => `${file} ${(await readFile(path.join(dist, file))).length} bytes`));
console.log(sizes.join("\n"));
