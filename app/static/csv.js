// Tables with commas, as other programs write them and as they read them.

/**
 * Splits a table into rows of cells: quoted ones may hold commas, quotes and line ends.
 * @param {string} text
 */
export function cellsOf(text) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  const cells = text.replace(/^\uFEFF/, "").matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/gy);
  for (const [, inQuotes, plain, end] of cells) {
    row.push(inQuotes?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    if (row.length > 1 || row[0]) rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * Reads a table whose first row names its columns, in small letters; a cell that is not there is empty.
 * @param {string} text
 * @returns {Record<string, string>[]}
 */
export function recordsOf(text) {
  const [head = [], ...rows] = cellsOf(text);
  const names = head.map((name) => name.trim().toLowerCase());
  return rows.map((row) => Object.fromEntries(names.map((name, place) => [name, row[place]?.trim() ?? ""])));
}

/**
 * Writes a cell that no spreadsheet takes for a formula. The twin of app/model/page.py.
 * @param {string | number} cell
 */
function quoted(cell) {
  const text = String(cell).replace(/^(?=[=+@\t\r\n]|-(?![\d.]+$))/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {(string | number)[][]} rows */
export const tableOfCells = (rows) => [...rows.map((row) => row.map(quoted).join(",")), ""].join("\n");
