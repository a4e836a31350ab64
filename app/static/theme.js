// Applies the theme that the visitor chose, and says how much they rated, before anything is drawn.
try {
  const nRated = (localStorage.getItem("films") ?? "").split('"rating":').length - 1;
  document.documentElement.toggleAttribute("data-rated", nRated > 0);
  document.documentElement.style.setProperty("--n-rated", String(nRated));
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden here: the system's theme stays.
}
