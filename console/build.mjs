// Bundles src/ into dist/: index.html, and assets whose names carry a hash of what is in them.
import {build} from "esbuild";
import {createHash} from "node:crypto";
import {mkdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import path from "node:path";
import {fileURLToPath} from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(here, ...parts);

rmSync(at("dist"), {recursive: true, force: true});
mkdirSync(at("dist"));

const result = await build({
  entryPoints: [at("src/main.tsx")],
  outdir: at("dist/assets"),
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  legalComments: "none",
  define: {"process.env.NODE_ENV": '"production"', global: "globalThis"},
  absWorkingDir: here,
  logLevel: "warning",
});

const icon = readFileSync(at("src/icon.svg"));
const iconName = `icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`;
writeFileSync(at("dist/assets", iconName), icon);

const [script, entry] = Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint);
const html = readFileSync(at("src/index.html"), "utf8")
  .replace("{{icon}}", "/assets/" + iconName)
  .replace("{{style}}", "/assets/" + path.basename(entry.cssBundle))
  .replace("{{script}}", "/assets/" + path.basename(script));
writeFileSync(at("dist/index.html"), html);

for (const [file, output] of Object.entries(result.metafile.outputs)) {
  console.log(`${String(output.bytes).padStart(8)} ${file}`);
}
