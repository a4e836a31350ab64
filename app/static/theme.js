// What a visitor chose and rated, before anything is drawn: the theme, how much, and no place for what lists leave out.
try {
  const root = document.documentElement;
  /** @type {Film[]} */
  const films = JSON.parse(localStorage.getItem("films") ?? "[]");
  const nRated = films.filter(({ rating }) => rating !== undefined).length;
  root.toggleAttribute("data-rated", nRated > 0);
  root.style.setProperty("--n-rated", String(nRated));
  const done = films.filter(({ rating, mark }) => rating !== undefined || mark === "seen" || mark === "hidden");
  const rows = done.map(({ ids }) => `.pick[data-movie="${CSS.escape(String(ids[root.dataset.set ?? ""]))}"]`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${rows} { display: none }`);
  document.adoptedStyleSheets = [sheet]; // until marks.js takes the rows themselves away
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch {
  // Storage is forbidden here: the system's theme stays.
}
