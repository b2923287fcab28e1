// Bundles a module of src/ for Node, and runs tests: {name: function}. One line each; exit code 1 when one failed.
import {build} from "esbuild";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

export async function load(module) {
  const folder = mkdtempSync(path.join(tmpdir(), "troupe-console-"));
  const outfile = path.join(folder, "module.mjs");
  try {
    await build({
      entryPoints: [path.join(root, "src", module)],
      bundle: true,
      format: "esm",
      platform: "node",
      outfile,
      logLevel: "error",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

export async function run(prefix, tests) {
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`ok ${prefix}: ${name}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok ${prefix}: ${name}`);
      console.error(String(error.stack ?? error).replace(/^/gm, "    "));
    }
  }
}
