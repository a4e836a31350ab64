// Makes `app/served` of the scripts and style sheets in `app/static`; with --check it only says
// which files there are not what it would write. `sources.json` tells, without Node, of which
// sources they were made: the site and the tests read it.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import CleanCSS from "clean-css";
import { minify } from "terser";

const STATIC = new URL("../../app/static/", import.meta.url);
const SERVED = new URL("../../app/served/", import.meta.url);
const SOURCES = "sources.json";

// Spaces, comments and numbers only: what a browser reads is rule by rule what was written.
const SHEETS = new CleanCSS({
  level: { 1: { optimizeBackground: false, optimizeOutline: false, selectorsSortingMethod: "none" } },
});

/** @param {string} name @param {string} source */
async function minified(name, source) {
  if (name.endsWith(".js")) return (await minify({ [name]: source }, { module: true })).code;
  const { styles, warnings, errors } = SHEETS.minify(source);
  const faults = [...errors, ...warnings];
  if (faults.length > 0) throw new Error(`app/static/${name}: ${faults.join("; ")}`);
  return styles;
}

/** @returns {Promise<Map<string, string>>} */
async function made() {
  const files = new Map();
  const digests = {};
  const names = readdirSync(STATIC).filter((name) => /\.(js|css)$/.test(name));
  for (const name of names.sort()) {
    const source = readFileSync(new URL(name, STATIC), "utf8").replaceAll("\r\n", "\n");
    files.set(name, await minified(name, source));
    digests[name] = createHash("sha256").update(source).digest("hex");
  }
  return files.set(SOURCES, `${JSON.stringify(digests, null, 2)}\n`);
}

const files = await made();
mkdirSync(SERVED, { recursive: true });
const there = new Map(readdirSync(SERVED).map((name) => [name, readFileSync(new URL(name, SERVED), "utf8")]));
const stale = [...new Set([...files.keys(), ...there.keys()])].filter((name) => files.get(name) !== there.get(name));
if (process.argv[2] !== "--check") {
  for (const name of stale) {
    if (files.has(name)) writeFileSync(new URL(name, SERVED), files.get(name));
    else rmSync(new URL(name, SERVED));
  }
} else if (stale.length > 0) {
  console.error(`Error: app/served is not made of app/static as it is: ${stale.join(", ")}. Run script/minify.`);
  process.exitCode = 1;
}
