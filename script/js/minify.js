// Makes `app/served` of the scripts and style sheets in `app/static`; with --check it only says
// which files there are not what it would write. `sources.json` tells, without Node, what is served
// and of which sources it was made: the site and the tests read it.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import CleanCSS from "clean-css";
import { build } from "esbuild";
import { minify } from "terser";

const STATIC = new URL("../../app/static/", import.meta.url);
const SERVED = new URL("../../app/served/", import.meta.url);
const SOURCES = "sources.json";

// Scripts that are served as one: pages need them together, and small ones compress badly alone.
/** @type {Record<string, string[]>} */
const TOGETHER = {
  "adopt.js": ["adopt.js", "match.js"],
  "core.js": ["dom.js", "films.js", "scale.js", "words.js"],
  "exports.js": ["csv.js", "exports.js"],
  "listing.js": ["account.js", "choice.js", "draw.js", "kept.js", "listing.js"],
  "ranking.js": ["fold-in.js", "ranking.js"],
};
/** @type {Map<string, string>} */
const SERVED_AS = new Map(Object.entries(TOGETHER).flatMap(([served, names]) => names.map((name) => [name, served])));

// Spaces, comments and numbers only: what a browser reads is rule by rule what was written.
const SHEETS = new CleanCSS({
  level: { 1: { optimizeBackground: false, optimizeOutline: false, selectorsSortingMethod: "none" } },
});

/** @param {string} name */
const read = (name) => readFileSync(new URL(name, STATIC), "utf8").replaceAll("\r\n", "\n");

/** @param {string} name */
const servedAs = (name) => SERVED_AS.get(name) ?? name;

/** A script that imports others as they are served. @param {string} script */
const relinked = (script) => script.replace(/(["'])\.\/([\w-]+\.js)\1/g, (_, quote, name) => `"./${servedAs(name)}"`);

/** Scripts as one, which exports all that they do. @param {string[]} names */
async function joined(names) {
  const elsewhere = {
    name: "elsewhere",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path }) => (names.includes(path.slice(2)) ? null : { path, external: true }));
    },
  };
  const contents = names.map((name) => `export * from "./${name}";`).join("\n");
  const stdin = { contents, resolveDir: fileURLToPath(STATIC) };
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false, plugins: [elsewhere] });
  return outputFiles[0].text;
}

/** @param {string} name @param {string[]} names */
async function minified(name, names) {
  if (name.endsWith(".js")) {
    const script = names.length > 1 ? await joined(names) : read(name);
    return (await minify({ [name]: relinked(script) }, { module: true })).code;
  }
  const { styles, warnings, errors } = SHEETS.minify(read(name));
  const faults = [...errors, ...warnings];
  if (faults.length > 0) throw new Error(`app/static/${name}: ${faults.join("; ")}`);
  return styles;
}

/** @returns {Promise<Map<string, string>>} */
async function made() {
  const names = readdirSync(STATIC).filter((name) => /\.(js|css)$/.test(name));
  /** @type {Record<string, string[]>} */
  const served = {};
  for (const name of names.sort()) (served[servedAs(name)] ??= []).push(name);
  const files = new Map();
  for (const [name, sources] of Object.entries(served)) files.set(name, await minified(name, sources));
  const digest = (/** @type {string} */ name) => createHash("sha256").update(read(name)).digest("hex");
  const madeOf = Object.entries(served).map(([name, sources]) => [
    name,
    Object.fromEntries(sources.map((source) => [source, digest(source)])),
  ]);
  return files.set(SOURCES, `${JSON.stringify(Object.fromEntries(madeOf), null, 2)}\n`);
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
